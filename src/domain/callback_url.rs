//! Where the world hears what happened.
//!
//! Job: read the URL of a callback receiver once, wherever it comes from. Promise: a `CallbackUrl`
//! is http or https, has a host, no user and no password, and is never printed with its query or its
//! fragment: a receiver's token often stands there. Not here: whether its address may be connected
//! to, and what is appended when something is sent.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::{Host, ParseError, Position, Url};

/// The longest URL of a receiver, in bytes, as it was given.
pub const MAX_CALLBACK_URL_BYTES: usize = 2048;

/// The URL of a callback receiver: `http://` or `https://`, 1 to `MAX_CALLBACK_URL_BYTES` bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CallbackUrl {
    /// As it was given: whoever asks for it gets back what was said.
    text: Box<str>,
    /// As it is sent to: one spelling of each host, no fragment.
    url: Url,
}

/// Why a text is no URL of a receiver. The text itself is not repeated: its query may be secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallbackUrlFault {
    /// Nothing, or too much.
    #[error("{bytes} bytes, must be 1 to {MAX_CALLBACK_URL_BYTES}")]
    Length {
        /// How much.
        bytes: usize,
    },
    /// Another scheme, or none.
    #[error("must start with http:// or https://")]
    Scheme,
    /// A space, a line end or another character that no URL holds.
    #[error("must have no spaces and no control characters")]
    Blank,
    /// A user name or a password.
    #[error("must have no user name and no password")]
    UserInfo,
    /// Whatever else the rules of URLs forbid.
    #[error("is not a URL: {0}")]
    Malformed(ParseError),
    /// A URL to a browser, but with a character in its host that no request can name.
    #[error("must have a host of letters, digits, dots and hyphens, or an address")]
    Unsendable,
}

impl CallbackUrl {
    /// Parses a URL by the rules that browsers follow.
    ///
    /// # Errors
    /// What is wrong, without the text.
    pub fn parse(text: &str) -> Result<Self, CallbackUrlFault> {
        if !(1..=MAX_CALLBACK_URL_BYTES).contains(&text.len()) {
            return Err(CallbackUrlFault::Length { bytes: text.len() });
        }
        // The parser drops some of these without a word, and the URL would not be the one given.
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(CallbackUrlFault::Blank);
        }
        let has_scheme = ["http://", "https://"].iter().any(|scheme| {
            text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if !has_scheme {
            return Err(CallbackUrlFault::Scheme);
        }
        let mut url = Url::parse(text).map_err(CallbackUrlFault::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(CallbackUrlFault::UserInfo);
        }
        url.set_fragment(None);
        // The two rules differ in odd corners, and both are asked when something is sent.
        http::Uri::try_from(url.as_str()).map_err(|_| CallbackUrlFault::Unsendable)?;
        Ok(Self { text: text.into(), url })
    }

    /// The text as it was given, with its query. Not for logs.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The URL as it is sent to, with its query and without a fragment. Not for logs.
    #[must_use]
    pub fn sent_to(&self) -> &Url {
        &self.url
    }

    /// The host: an address in whatever spelling it was given, or else a name in lower case.
    #[must_use]
    pub fn host(&self) -> Host<&str> {
        self.url.host().expect("the parser gives every http URL a host")
    }
}

impl Serialize for CallbackUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for CallbackUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// Without query and fragment; that there is a query is said.
impl fmt::Display for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url[..Position::AfterPath])?;
        let has_query = self.url.query().is_some_and(|query| !query.is_empty());
        if has_query { f.write_str("?(hidden)") } else { Ok(()) }
    }
}

impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn url(text: &str) -> CallbackUrl {
        CallbackUrl::parse(text).unwrap_or_else(|fault| panic!("{text:?}: {fault}"))
    }

    #[test]
    fn urls_of_receivers_are_taken_as_they_are_given() {
        for text in [
            "http://127.0.0.1:9000/callback",
            "https://backend.example",
            "HTTPS://Backend.Example/a/b?token=x&y=1#part",
            "http://[::1]:9000",
            "http://bücher.example/ä?ö=ü",
        ] {
            assert_eq!(url(text).expose(), text);
        }
    }

    #[test]
    fn what_is_sent_to_has_one_spelling_and_no_fragment() {
        let rows = [
            ("HTTPS://Backend.Example:443", "https://backend.example/"),
            ("http://h/a/../b?x=%41&y='#part", "http://h/b?x=%41&y=%27"),
            ("http://bücher.example/ä", "http://xn--bcher-kva.example/%C3%A4"),
            ("http://0x7f.1:80/", "http://127.0.0.1/"),
            ("http://h#", "http://h/"),
        ];
        for (text, sent_to) in rows {
            assert_eq!(url(text).sent_to().as_str(), sent_to, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        use CallbackUrlFault::*;
        let rows = [
            ("", Length { bytes: 0 }),
            ("backend.example/callback", Scheme),
            ("ftp://backend.example", Scheme),
            ("httpx://backend.example", Scheme),
            ("http:backend.example", Scheme),
            ("https:/backend.example", Scheme),
            ("javascript:alert(1)//http://", Scheme),
            ("häß://x", Scheme),
            (" http://h", Blank),
            ("http://h/a b", Blank),
            ("http://ho\nst/", Blank),
            ("http://h/\u{a0}", Blank),
            ("http://h/\u{7f}", Blank),
            ("http://user@h/", UserInfo),
            ("http://:secret@h/", UserInfo),
            ("http://user:secret@h/", UserInfo),
            ("http://", Malformed(ParseError::EmptyHost)),
            ("http://:80/", Malformed(ParseError::EmptyHost)),
            ("http://h:65536/", Malformed(ParseError::InvalidPort)),
            ("http://[::1/", Malformed(ParseError::InvalidIpv6Address)),
            ("http://[fe80::1%25eth0]/", Malformed(ParseError::InvalidIpv6Address)),
            ("http://256.0.0.1/", Malformed(ParseError::InvalidIpv4Address)),
            ("http://a|b/", Malformed(ParseError::IdnaError)),
            ("http://a\"b/", Unsendable),
            ("http://a{b/", Unsendable),
        ];
        for (text, fault) in rows {
            assert_eq!(CallbackUrl::parse(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn a_url_takes_n_bytes_and_refuses_n_plus_1() {
        let longest = format!("http://h/{}", "a".repeat(2048 - 9));
        assert_eq!(url(&longest).expose().len(), 2048);
        let fault = CallbackUrl::parse(&format!("{longest}a")).unwrap_err();
        assert_eq!(fault.to_string(), "2049 bytes, must be 1 to 2048");
    }

    #[test]
    fn neither_query_nor_fragment_is_ever_printed() {
        let secret = url("https://backend.example:8443/a?token=sensitive-7f3a#sensitive-7f3a");
        assert_eq!(format!("{secret}"), "https://backend.example:8443/a?(hidden)");
        assert_eq!(format!("{secret:?}"), "https://backend.example:8443/a?(hidden)");
        assert_eq!(url("http://h/a").to_string(), "http://h/a");
        assert_eq!(url("http://h/a?#x").to_string(), "http://h/a");
        let faulty = "http://sensitive-7f3a@h/?token=sensitive-7f3a";
        let fault = CallbackUrl::parse(faulty).unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains("sensitive"));
    }

    #[test]
    fn the_host_of_every_spelling_of_an_address_is_that_address() {
        let v4 = |text: &str| Host::Ipv4(text.parse().unwrap());
        let v6 = |text: &str| Host::Ipv6(text.parse().unwrap());
        let rows = [
            ("http://127.0.0.1/", v4("127.0.0.1")),
            ("http://127.0.0.1./", v4("127.0.0.1")),
            ("http://127.1/", v4("127.0.0.1")),
            ("http://2130706433/", v4("127.0.0.1")),
            ("http://0x7f000001/", v4("127.0.0.1")),
            ("http://0X7F.0x0.0X0.0x1/", v4("127.0.0.1")),
            ("http://0177.0.0.01/", v4("127.0.0.1")),
            ("http://017700000001/", v4("127.0.0.1")),
            ("http://%31%32%37.0.0.1/", v4("127.0.0.1")),
            ("http://①②⑦.0.0.1/", v4("127.0.0.1")),
            ("http://0/", v4("0.0.0.0")),
            ("http://[::1]/", v6("::1")),
            ("http://[0:0:0:0:0:0:0:1]/", v6("::1")),
            ("http://[::ffff:127.0.0.1]/", v6("::ffff:127.0.0.1")),
            ("http://[::FFFF:7f00:1]/", v6("::ffff:127.0.0.1")),
            ("http://LocalHost/", Host::Domain("localhost")),
            ("http://good.example\\@evil.example/", Host::Domain("good.example")),
        ];
        for (text, host) in rows {
            assert_eq!(url(text).host(), host, "{text}");
        }
    }
}
