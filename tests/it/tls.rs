//! HTTPS: the whole conversation, certificates that change, and clients that never finish.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::child::{Program, output, stderr};
use crate::harness::{
    ADMIN, SDKAPPID, Server, client, client_trusting, envelope, query, refusal, tls_trusting,
    usersig,
};
use crate::raw::{INFO, Raw, head, in_time};

/// A certificate that vouches for itself, and its key, in files.
struct Pair {
    place: TempDir,
}

impl Pair {
    fn new() -> Self {
        let pair = Self { place: tempfile::tempdir().unwrap() };
        pair.renew();
        pair
    }

    /// Writes another certificate and key.
    fn renew(&self) {
        let names = ["127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        fs::write(self.cert(), cert.pem()).unwrap();
        fs::write(self.key(), signing_key.serialize_pem()).unwrap();
    }

    fn cert(&self) -> PathBuf {
        self.place.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.place.path().join("key.pem")
    }

    fn authority(&self) -> String {
        fs::read_to_string(self.cert()).unwrap()
    }

    fn settings(&self) -> [String; 2] {
        settings(&self.cert(), &self.key())
    }

    /// A server with this certificate.
    async fn server(&self, overrides: &[&str]) -> Server {
        let [cert, key] = self.settings();
        Server::with(&[&[cert.as_str(), key.as_str()], overrides].concat()).await
    }

    async fn handshake(&self, server: &Server) -> tokio_rustls::client::TlsStream<TcpStream> {
        let mut config = tls_trusting(&[&self.authority()]);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }
}

fn settings(cert: &Path, key: &Path) -> [String; 2] {
    [format!("server.tls.cert={}", cert.display()), format!("server.tls.key={}", key.display())]
}

fn url(origin: &str, command: &str) -> String {
    let query = query(ADMIN, &usersig(ADMIN));
    format!("https://{origin}/v4/room_engine_http_srv/{command}?{query}")
}

#[tokio::test]
async fn a_client_that_trusts_the_development_ca_has_the_whole_conversation() {
    let program = Program::start(&["dev", "--tls", "--set", "log.access=off"]);
    assert!(program.tls);
    let ca = PathBuf::from(program.ca.as_ref().expect("the path of the CA"));
    let authority = fs::read_to_string(&ca).unwrap();
    let client = client_trusting(&[&authority]);
    let room = async |command: &str, body: Value| {
        let request = client.post(url(&program.listen, command)).body(body.to_string());
        envelope(request.send().await.unwrap()).await
    };
    let info = json!({"RoomId": "r", "RoomType": "Conference"});
    assert_eq!(room("create_room", json!({"RoomInfo": info})).await["ErrorCode"], 0);
    let control = program.control_listen.clone().expect("dev has a control plane");
    let entry = format!("http://{control}/_guestlist/v1/apps/{SDKAPPID}/rooms/r/members/bob");
    let entered = client.put(entry).send().await.unwrap();
    assert_eq!(entered.status(), 201, "the control plane stays plain HTTP");
    let list = room("get_room_member_list", json!({"RoomId": "r"})).await;
    let accounts = list["Response"]["MemberList"].as_array().unwrap().iter();
    let accounts: Vec<_> = accounts.map(|row| row["Member_Account"].as_str().unwrap()).collect();
    assert_eq!(accounts, [ADMIN, "bob"]);
    let bob = json!({"Member_Account": "bob", "NameCard": "Bob"});
    let update = json!({"RoomId": "r", "MemberInfo": bob});
    assert_eq!(room("update_room_member_info", update).await["ErrorCode"], 0);
    assert_eq!(room("destroy_room", json!({"RoomId": "r"})).await["ErrorCode"], 0);
    assert_eq!(refusal(&room("get_room_info", json!({"RoomId": "r"})).await).0, 100_004);

    program.signal("TERM");
    let (success, said) = program.end();
    assert!(success && said.contains(&format!("curl -s --cacert '{}' 'https://", ca.display())));
    assert!(!ca.exists(), "a certificate without a place goes when its server ends");
}

#[tokio::test]
async fn a_connection_that_a_fault_closes_breaks_off_without_a_word() {
    let program = Program::start(&["dev", "--tls", "--set", "log.access=off"]);
    let authority = fs::read_to_string(program.ca.as_ref().expect("the path of the CA")).unwrap();
    let connector = TlsConnector::from(Arc::new(tls_trusting(&[&authority])));
    for (fault, comes) in [("close", false), ("lost", false), ("half_body", true)] {
        let socket = TcpStream::connect(&program.listen).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = connector.connect(name, socket).await.unwrap();
        let target = url("x", "get_room_info");
        let target = target.strip_prefix("https://x").unwrap();
        let request = format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nX-Guestlist-Fault: {fault}\r\n\
             Content-Length: 14\r\n\r\n{{\"RoomId\":\"r\"}}"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut came = Vec::new();
        let broken_off = stream.read_to_end(&mut came).await.unwrap_err();
        assert_eq!(broken_off.kind(), ErrorKind::UnexpectedEof, "{fault}: no close_notify");
        assert_eq!(came.starts_with(b"HTTP/1.1 200 OK\r\n"), comes, "{fault}");
        assert!(comes || came.is_empty(), "{fault}");
    }
    program.signal("TERM");
    assert!(program.end().0);
}

#[tokio::test]
async fn the_development_certificate_is_for_the_names_of_this_machine_and_kept_where_one_says() {
    let place = tempfile::tempdir().unwrap();
    let arguments =
        ["dev", "--tls", "--tls-dir", place.path().to_str().unwrap(), "--set", "log.access=off"];
    let program = Program::start(&arguments);
    let authority = fs::read_to_string(place.path().join("ca.pem")).unwrap();
    let port = program.listen.rsplit(':').next().unwrap();
    for name in ["localhost", "guestlist", "127.0.0.1", "[::1]"] {
        // Where a name leads is not the certificate's business: `::1` is asked for by hand.
        if name == "[::1]" {
            let stream = TcpStream::connect(&program.listen).await.unwrap();
            let connector = TlsConnector::from(Arc::new(tls_trusting(&[&authority])));
            connector.connect(ServerName::try_from("::1").unwrap(), stream).await.unwrap();
            continue;
        }
        let builder = reqwest::Client::builder().no_proxy();
        let builder = builder.resolve(name, program.listen.parse().unwrap());
        let builder = builder.tls_backend_preconfigured(tls_trusting(&[&authority]));
        let answer = builder.build().unwrap().get(format!("https://{name}:{port}/readyz"));
        assert_eq!(answer.send().await.unwrap().status(), 200, "{name}");
    }
    let distrust = client().get(format!("https://{}/readyz", program.listen)).send().await;
    assert!(distrust.is_err(), "whoever does not trust the CA does not talk");
    drop(program);
    let again = Program::start(&arguments);
    assert_eq!(fs::read_to_string(again.ca.as_ref().unwrap()).unwrap(), authority);
    let url = format!("https://{}/readyz", again.listen);
    assert_eq!(client_trusting(&[&authority]).get(url).send().await.unwrap().status(), 200);
}

#[test]
fn a_probe_takes_any_certificate() {
    let pair = Pair::new();
    let [cert, key] = pair.settings();
    let program = Program::start(&["serve", "--set", &cert, "--set", &key]);
    let probe = |scheme: &str| {
        output(&["healthcheck", "--url", &format!("{scheme}://{}/readyz", program.listen)])
    };
    let ready = probe("https");
    assert!(ready.status.success(), "{}", stderr(&ready));
    assert!(!probe("http").status.success(), "plain HTTP is not answered there");
    let strange = probe("ftp");
    assert!(stderr(&strange).contains("must begin with http:// or https://"));
}

#[tokio::test]
async fn plain_http_is_turned_away_and_does_no_harm() {
    let pair = Pair::new();
    let server = pair.server(&[]).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&(head(INFO, &server.query(), "Content-Length: 2\r\n") + "{}")).await;
    let mut rest = Vec::new();
    let _ = raw.0.read_to_end(&mut rest).await;
    assert!(!String::from_utf8_lossy(&rest).contains("HTTP"), "{rest:?}");
    let mut stream = pair.handshake(&server).await;
    let protocol = stream.get_ref().1.alpn_protocol();
    assert_eq!(protocol, Some(&b"http/1.1"[..]));
    stream.write_all(b"GET /readyz HTTP/1.1\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("ok\n"), "{answer}");
}

#[tokio::test]
async fn a_handshake_that_does_not_come_to_its_end_is_cut_off() {
    let pair = Pair::new();
    let server = pair.server(&["server.request_timeout=100ms"]).await;
    let mut silent = Raw::to(&server).await;
    silent.closed().await;
    // A record is announced, and its bytes come one by one.
    let mut dribbling = Raw::to(&server).await;
    dribbling.0.write_all(&[0x16, 0x03, 0x01, 0x02, 0x00]).await.unwrap();
    dribbling.dribbles(&[1, 0, 1, 0xfc, 3, 3]).await;
}

#[tokio::test]
async fn a_handshake_counts_under_the_cap_on_connections() {
    let pair = Pair::new();
    let server = pair.server(&["server.max_connections=1", "server.request_timeout=1m"]).await;
    let silent = Raw::to(&server).await;
    let mut second = Box::pin(pair.handshake(&server));
    let early = timeout(Duration::from_millis(50), &mut second).await;
    assert!(early.is_err(), "the first connection takes the only place");
    drop(silent);
    in_time(second).await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_silent_handshake() {
    let pair = Pair::new();
    let server = pair.server(&["server.request_timeout=5m"]).await;
    let mut silent = Raw::to(&server).await;
    // A second one that is through shows that the first was accepted.
    drop(pair.handshake(&server).await);
    in_time(server.stop()).await;
    silent.closed().await;
}

#[tokio::test]
async fn certificate_and_key_are_read_again_on_a_hangup() {
    let pair = Pair::new();
    let file = pair.place.path().join("guestlist.toml");
    let write = |secret: &str| {
        let app = format!("[[app]]\nsdkappid = {SDKAPPID}\nsecret_keys = [\"{secret}\"]\n");
        let [cert, key] = [pair.cert(), pair.key()].map(|path| path.display().to_string());
        fs::write(&file, format!("[server.tls]\ncert = {cert:?}\nkey = {key:?}\n{app}")).unwrap();
    };
    write("old");
    let mut program = Program::start(&["serve", "--config", file.to_str().unwrap()]);
    let url = format!("https://{}/readyz", program.listen);
    // Each time another client: a connection that is open keeps what was agreed on.
    let talks =
        async |authority: &str| client_trusting(&[authority]).get(&url).send().await.is_ok();
    let first = pair.authority();
    assert!(talks(&first).await);
    let kept = client_trusting(&[&first]);
    assert!(kept.get(&url).send().await.is_ok());

    pair.renew();
    let second = pair.authority();
    program.signal("HUP");
    program.says("are in force");
    assert!(talks(&second).await && !talks(&first).await);
    assert!(kept.get(&url).send().await.is_ok(), "what is open stays open");

    // A certificate without its key: neither it nor anything else of the settings is taken over.
    let key = fs::read(pair.key()).unwrap();
    pair.renew();
    fs::write(pair.key(), key).unwrap();
    write("new");
    program.signal("HUP");
    let complaint = program.says("not taken over");
    assert!(complaint.contains("server.tls.key") && complaint.contains("key.pem"), "{complaint}");
    assert!(talks(&second).await);
    let query = |key: &str| {
        let now = crate::harness::now_s();
        let ticket = crate::harness::usersig_of(key, SDKAPPID, "administrator", now, 60);
        query("administrator", &ticket)
    };
    let code = async |key: &str| {
        let url = format!("https://{}{INFO}?{}", program.listen, query(key));
        let sent = client_trusting(&[&second]).post(url).body("{}").send().await.unwrap();
        refusal(&envelope(sent).await).0
    };
    assert_eq!((code("old").await, code("new").await), (100_002, 70009));
}

#[test]
fn what_cannot_be_used_is_refused_at_the_start() {
    let (pair, other) = (Pair::new(), Pair::new());
    let file = |name: &str, text: &str| {
        let path = pair.place.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let broken = file("broken.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n");
    let large = file("large.pem", &"-".repeat((1 << 20) + 1));
    let missing = pair.place.path().join("missing.pem");
    let rows = [
        (&missing, &pair.key(), "server.tls.cert: {cert} cannot be read: No such file"),
        (&pair.cert(), &missing, "server.tls.key: {key} cannot be read: No such file"),
        (&pair.key(), &pair.key(), "server.tls.cert: {cert} holds no certificate in PEM"),
        (&broken, &pair.key(), "server.tls.cert: {cert} is not well-formed PEM"),
        (&large, &pair.key(), "server.tls.cert: {cert} is larger than 1 MiB"),
        (
            &pair.cert(),
            &pair.cert(),
            "server.tls.key: {key} holds no private key in PEM that is not encrypted",
        ),
        (
            &pair.cert(),
            &other.key(),
            "server.tls.key: {key} cannot be used with the certificate in {cert}: ",
        ),
    ];
    for (cert, key, complaint) in rows {
        let [set_cert, set_key] = settings(cert, key);
        let free = ["serve", "--listen", "127.0.0.1:0"];
        let refused = output(&[&free[..], &["--set", &set_cert, "--set", &set_key]].concat());
        let said = stderr(&refused);
        let [cert, key] = [cert, key].map(|path| path.display().to_string());
        let complaint = complaint.replace("{cert}", &cert).replace("{key}", &key);
        assert!(!refused.status.success() && said.contains(&complaint), "{complaint}\n{said}");
    }
    let [cert, key] = pair.settings();
    let both = output(&["dev", "--tls", "--set", &cert, "--set", &key]);
    assert!(stderr(&both).contains("use one of the two"), "{}", stderr(&both));
    let dir = output(&["dev", "--tls-dir", "x"]);
    assert!(!dir.status.success() && stderr(&dir).contains("--tls"), "{}", stderr(&dir));
}
