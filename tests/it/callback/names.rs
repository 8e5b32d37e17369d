//! From names to addresses: this machine, the hosts file, name servers; and who may be reached.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use guestlist::callback::{Destination, Failure, MAX_ADDRESSES, NameFault, Reach};
use hickory_resolver::proto::op::{Message, MessageType, ResponseCode};
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use parking_lot::Mutex;
use tokio::net::UdpSocket;
use tokio::task::JoinSet;
use tokio_rustls::rustls::RootCertStore;

use super::receiver::Receiver;
use super::{IMPATIENT, Sender, destination};

/// A name server that knows what the test told it.
struct NameServer {
    port: u16,
    zone: Arc<Mutex<Zone>>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Zone {
    addresses: BTreeMap<&'static str, Vec<IpAddr>>,
    asked: Vec<String>,
    is_silent: bool,
}

impl NameServer {
    async fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        let zone = Arc::<Mutex<Zone>>::default();
        let (shared, mut tasks) = (Arc::clone(&zone), JoinSet::new());
        tasks.spawn(async move {
            let mut buffer = [0; 2048];
            loop {
                let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
                let answer = shared.lock().answer(&buffer[..length]);
                if let Some(answer) = answer {
                    socket.send_to(&answer, from).await.unwrap();
                }
            }
        });
        Self { port, zone, _tasks: tasks }
    }

    fn knows(&self, name: &'static str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
        self.zone.lock().addresses.insert(name, addresses);
    }

    fn falls_silent(&self) {
        self.zone.lock().is_silent = true;
    }

    fn was_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.zone.lock().asked)
    }

    /// A client that asks this server.
    fn sender(&self) -> Sender {
        let sender = Sender::with(RootCertStore::empty(), self.port);
        sender.write("resolv.conf", "nameserver 127.0.0.1\noptions attempts:1\n");
        sender
    }
}

impl Zone {
    fn answer(&mut self, question: &[u8]) -> Option<Vec<u8>> {
        let question = Message::from_vec(question).unwrap();
        let query = question.queries[0].clone();
        let name = query.name().to_string();
        self.asked.push(format!("{} {name}", query.query_type()));
        let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
        answer.metadata.message_type = MessageType::Response;
        answer.add_query(query.clone());
        let known = self.addresses.get(name.trim_end_matches('.'));
        for address in known.into_iter().flatten() {
            let asked_for = if address.is_ipv4() { RecordType::A } else { RecordType::AAAA };
            if query.query_type() == asked_for {
                let record = Record::from_rdata(query.name().clone(), 300, RData::from(*address));
                answer.add_answer(record);
            }
        }
        if known.is_none() {
            answer.metadata.response_code = ResponseCode::NXDomain;
        }
        (!self.is_silent).then(|| answer.to_vec().unwrap())
    }
}

fn at(name: &str, receiver: &Receiver, reach: Reach) -> Destination {
    destination(format!("{name}:{}", receiver.address.port()), reach)
}

#[track_caller]
fn refused(failure: Failure) -> IpAddr {
    let Failure::Address(refused) = failure else { panic!("{failure}") };
    refused.address
}

#[tokio::test]
async fn localhost_is_this_machine_and_nobody_is_asked() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    let sender = server.sender();
    for name in ["localhost", "LOCALHOST.", "app.localhost"] {
        sender.answer(&at(name, &receiver, Reach::LoopbackOnly)).await;
        let failure = sender.failure(&at(name, &receiver, Reach::PublicOnly)).await;
        assert!(refused(failure).is_loopback(), "{name}");
    }
    assert_eq!(server.was_asked(), Vec::<String>::new());
    assert_eq!(receiver.seen().len(), 3);
}

#[tokio::test]
async fn the_hosts_file_counts_and_so_does_a_change_of_it() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    let sender = server.sender();
    let url = |reach| at("backend.internal", &receiver, reach);
    sender.write("hosts", "127.0.0.1 other backend.internal # the receiver\n");
    sender.answer(&url(Reach::LoopbackOnly)).await;
    assert_eq!(server.was_asked(), Vec::<String>::new());

    // The connection that there is belongs to another reach.
    sender.write("hosts", "10.0.0.7 backend.internal\n");
    let failure = sender.failure(&url(Reach::PublicOnly)).await;
    assert_eq!(refused(failure).to_string(), "10.0.0.7");
}

#[tokio::test]
async fn of_several_addresses_only_those_that_may_be_reached_are() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    server.knows("mixed.example", &["10.255.255.1", "127.0.0.1", "fd00::1"]);
    let sender = server.sender();
    sender.answer(&at("mixed.example", &receiver, Reach::LoopbackOnly)).await;
    let failure = sender.failure(&at("mixed.example", &receiver, Reach::PublicOnly)).await;
    assert_eq!(refused(failure).to_string(), "10.255.255.1", "the first of those refused");
}

#[tokio::test]
async fn a_name_is_asked_for_once_a_connection_and_what_was_checked_is_connected_to() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    server.knows("moving.example", &["127.0.0.1"]);
    let sender = server.sender();
    let url = at("moving.example", &receiver, Reach::LoopbackOnly);
    sender.answer(&url).await;
    sender.answer(&url).await;
    let mut asked = server.was_asked();
    asked.sort();
    assert_eq!(asked, ["A moving.example.", "AAAA moving.example."]);

    // The name moves, and who has no connection yet follows it: nothing is remembered.
    server.knows("moving.example", &["192.168.0.1"]);
    let elsewhere = at("moving.example", &Receiver::ordinary().await, Reach::LoopbackOnly);
    let failure = sender.failure(&elsewhere).await;
    assert_eq!(refused(failure).to_string(), "192.168.0.1");
}

#[tokio::test]
async fn n_addresses_of_a_name_are_tried_and_not_n_plus_1() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    let unreached = |count: usize| -> Vec<String> {
        (0..count).map(|index| format!("10.0.0.{index}")).chain(["127.0.0.1".into()]).collect()
    };
    let sender = server.sender();
    for (count, is_reached) in [(MAX_ADDRESSES - 1, true), (MAX_ADDRESSES, false)] {
        let addresses = unreached(count);
        server.knows("many.example", &addresses.iter().map(String::as_str).collect::<Vec<_>>());
        let sender = if is_reached { &sender } else { &server.sender() };
        let outcome = sender.send(&at("many.example", &receiver, Reach::LoopbackOnly)).await;
        let answered = matches!(outcome, guestlist::callback::Outcome::Answered(_));
        assert_eq!(answered, is_reached, "{count}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_name_that_leads_nowhere_says_why() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    let sender = server.sender();
    let url = at("missing.example", &receiver, Reach::Any);
    assert_eq!(sender.failure(&url).await, Failure::Name(NameFault::NoAddress));
    server.knows("missing.example", &[]);
    assert_eq!(sender.failure(&url).await, Failure::Name(NameFault::NoAddress));
    // It is there now, and nobody remembers that it was not.
    server.knows("missing.example", &["127.0.0.1"]);
    sender.answer(&url).await;

    server.falls_silent();
    let fresh = server.sender();
    let impatient = Destination { timeout: IMPATIENT, ..url.clone() };
    assert_eq!(fresh.failure(&impatient).await, Failure::Timeout(IMPATIENT));

    fresh.write("resolv.conf", "search example\n");
    assert_eq!(fresh.failure(&url).await, Failure::Name(NameFault::NoNameServer));
    let nothing = Sender::new();
    assert_eq!(nothing.failure(&url).await, Failure::Name(NameFault::NoNameServer));
}

#[tokio::test]
async fn a_short_name_is_looked_for_where_resolv_conf_says() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    server.knows("backend.cluster.example", &["127.0.0.1"]);
    let sender = server.sender();
    let conf = "search other.example cluster.example\nnameserver 127.0.0.1\noptions ndots:5\n";
    sender.write("resolv.conf", conf);
    sender.answer(&at("backend", &receiver, Reach::Any)).await;
    assert!(server.was_asked().contains(&"A backend.other.example.".to_owned()));
}

#[tokio::test]
async fn a_port_of_the_url_is_kept_whatever_answers() {
    let (receiver, server) = (Receiver::ordinary().await, NameServer::new().await);
    server.knows("backend.example", &["127.0.0.1"]);
    server.sender().answer(&at("backend.example", &receiver, Reach::Any)).await;
    let from: SocketAddr = receiver.seen()[0].from;
    assert!(from.ip().is_loopback());
    let host = receiver.seen()[0].headers[http::header::HOST].clone();
    assert_eq!(host, format!("backend.example:{}", receiver.address.port()));
}
