//! Why an attempt failed.
//!
//! Job: one kind for each thing that a person can do something about, and a sentence for each.
//! Promise: no sentence holds a URL, and foreign text in it (a certificate's) is short and plain.
//! Not here: whether and when it is tried again.

use std::error::Error;
use std::io;
use std::time::Duration;

use tokio_rustls::rustls;

use super::guard::Refused;
use super::names::NameFault;
use super::outcome::MAX_ANSWER_BYTES;

/// The most characters of a TLS library's message.
const TLS_CHARS_MAX: usize = 200;

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Every address that the URL leads to is one that callbacks may not go to.
    #[error("{0}")]
    Address(Refused),
    /// The host's name leads to no address.
    #[error("the name of the host {0}")]
    Name(NameFault),
    /// No connection.
    #[error("cannot connect: {0}")]
    Connect(io::ErrorKind),
    /// No agreement on TLS; most often, the certificate is not trusted.
    #[error("TLS: {0}")]
    Tls(String),
    /// Too slow, in any part of the attempt.
    #[error("no whole answer within {}", humantime::format_duration(*.0))]
    Timeout(Duration),
    /// Another status than 200; redirects are not followed.
    #[error("HTTP status {0}, must be 200")]
    Status(u16),
    /// A body that is no JSON, or none.
    #[error("the answer is not JSON")]
    NotJson,
    /// An answer without an end, or nearly so.
    #[error("the answer is larger than {} KiB", MAX_ANSWER_BYTES / 1024)]
    TooLarge,
    /// The connection broke, or what came over it was no HTTP.
    #[error("the connection broke before there was a whole HTTP answer")]
    Broken,
}

impl Failure {
    /// One word for the kind, for metrics and logs.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Name(_) => "name",
            Self::Connect(_) => "connect",
            Self::Tls(_) => "tls",
            Self::Timeout(_) => "timeout",
            Self::Status(_) => "status",
            Self::NotJson => "not_json",
            Self::TooLarge => "too_large",
            Self::Broken => "broken",
        }
    }

    /// Whether the receiver could not be reached, or timed out: then another request to the same URL
    /// has little hope. After the other failures it has: they may be about this one body. So has it
    /// after a connection that broke: a receiver closes idle ones as it likes.
    #[must_use]
    pub const fn is_unreachable(&self) -> bool {
        match self {
            Self::Address(_)
            | Self::Name(_)
            | Self::Connect(_)
            | Self::Tls(_)
            | Self::Timeout(_) => true,
            Self::Status(_) | Self::NotJson | Self::TooLarge | Self::Broken => false,
        }
    }

    /// The kind of an error of the HTTP client. Its own texts hold the URL, so none is taken.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if let Some(refused) = find::<Refused>(error) {
            return Self::Address(*refused);
        }
        if let Some(fault) = find::<NameFault>(error) {
            return Self::Name(*fault);
        }
        if let Some(tls) = find::<rustls::Error>(error) {
            return Self::Tls(short(&tls.to_string()));
        }
        if error.is_connect() {
            let kind = find::<io::Error>(error).map_or(io::ErrorKind::Other, io::Error::kind);
            return Self::Connect(kind);
        }
        Self::Broken
    }
}

/// The first error of a type among the causes. An `io::Error` passes over the error that it wraps
/// when it is asked for its cause.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => error.source(),
        };
    }
    None
}

fn short(text: &str) -> String {
    text.chars().take(TLS_CHARS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::super::guard::Reach;
    use super::*;

    #[test]
    fn each_kind_has_a_word_a_sentence_and_a_verdict() {
        let refused = Reach::PublicOnly.check(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap_err();
        let address = refused.to_string();
        let rows = [
            (Failure::Address(refused), "address", address.as_str(), true),
            (
                Failure::Name(NameFault::NoAddress),
                "name",
                "the name of the host has no address",
                true,
            ),
            (
                Failure::Connect(io::ErrorKind::ConnectionRefused),
                "connect",
                "cannot connect: connection refused",
                true,
            ),
            (Failure::Tls("expired".to_owned()), "tls", "TLS: expired", true),
            (
                Failure::Timeout(Duration::from_millis(1500)),
                "timeout",
                "no whole answer within 1s 500ms",
                true,
            ),
            (Failure::Status(302), "status", "HTTP status 302, must be 200", false),
            (Failure::NotJson, "not_json", "the answer is not JSON", false),
            (Failure::TooLarge, "too_large", "the answer is larger than 64 KiB", false),
            (
                Failure::Broken,
                "broken",
                "the connection broke before there was a whole HTTP answer",
                false,
            ),
        ];
        for (failure, kind, text, is_unreachable) in rows {
            assert_eq!(failure.kind(), kind);
            assert_eq!(failure.to_string(), text);
            assert_eq!(failure.is_unreachable(), is_unreachable, "{kind}");
        }
    }

    #[test]
    fn a_cause_is_found_however_it_is_wrapped() {
        let tls = rustls::Error::General("x".to_owned());
        let wrapped = io::Error::other(io::Error::other(tls.clone()));
        assert_eq!(find::<rustls::Error>(&wrapped), Some(&tls));
        assert_eq!(find::<NameFault>(&wrapped), None);
    }

    #[test]
    fn foreign_text_is_short_and_plain() {
        assert_eq!(short("a\n\u{1b}[31mb"), "a  [31mb");
        assert_eq!(short(&"é".repeat(201)), "é".repeat(200));
    }
}
