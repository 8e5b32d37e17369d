//! Receivers with certificates that are trusted, and others.

use std::sync::Arc;

use guestlist::callback::{Destination, Failure, Reach};
use guestlist::domain::CallbackUrl;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};

use super::receiver::{Receiver, Script};
use super::{SENSITIVE, Sender, destination};

const THANKS: Script = Script::Say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");

/// A receiver called `localhost` that nobody vouches for but itself.
async fn self_signed() -> (Receiver, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    (Receiver::by_hand_over_tls(THANKS, acceptor).await, cert.der().clone())
}

fn https(host: &str, receiver: &Receiver) -> Destination {
    let url = format!("https://{host}:{}/callback?k={SENSITIVE}", receiver.address.port());
    Destination { url: CallbackUrl::parse(&url).unwrap(), ..destination("unused", Reach::Any) }
}

fn trusting(authority: CertificateDer<'static>) -> Sender {
    let mut authorities = RootCertStore::empty();
    authorities.add(authority).unwrap();
    Sender::with(authorities, 53)
}

#[tokio::test]
async fn a_certificate_must_be_of_the_name_and_trusted() {
    let (receiver, authority) = self_signed().await;
    let sender = trusting(authority);
    assert_eq!(sender.answer(&https("localhost", &receiver)).await.start, "{}");

    let another_name = sender.failure(&https("127.0.0.1", &receiver)).await;
    let Failure::Tls(text) = &another_name else { panic!("{another_name}") };
    assert!(text.contains("certificate not valid for name"), "{text}");

    let untrusted = Sender::new().failure(&https("localhost", &receiver)).await;
    assert_eq!(untrusted, Failure::Tls("invalid peer certificate: UnknownIssuer".to_owned()));
    assert!(untrusted.is_unreachable());
}

#[tokio::test]
async fn the_authorities_of_browsers_do_not_vouch_for_just_anybody() {
    let (receiver, _) = self_signed().await;
    let authorities = guestlist::callback::Surroundings::default().authorities;
    assert!(authorities.len() > 50, "{} authorities", authorities.len());
    let failure = Sender::with(authorities, 53).failure(&https("localhost", &receiver)).await;
    assert_eq!(failure.kind(), "tls", "{failure}");
}

#[tokio::test]
async fn plain_http_behind_https_is_no_tls() {
    let receiver = Receiver::ordinary().await;
    let failure = Sender::new().failure(&https("localhost", &receiver)).await;
    assert_eq!(failure.kind(), "tls", "{failure}");
}
