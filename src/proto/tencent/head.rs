//! The head of a request: its line, its query, its origin.
//!
//! The query is scanned by hand into borrowed fields: a generic deserialiser costs six times as
//! much. Names are case-sensitive; of a name that comes twice the first counts; `+` is a space and
//! `%xx` a byte, decoded once; names that mean nothing here are not looked at.

use std::borrow::Cow;
use std::fmt;

use memchr::{memchr, memchr2};

use super::refused::GatewayRefusal;

/// What is known of a request before its body.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The path, as sent.
    pub path: &'a str,
    /// The query without its question mark; empty when there is none.
    pub query: &'a str,
    /// The `Origin` header.
    pub origin: Option<&'a [u8]>,
}

/// The parameters that every command takes, each as its first value in the query has it.
///
/// `Debug` does not show the ticket: it is a password for as long as it lives.
#[derive(Default, PartialEq, Eq)]
pub struct Parameters<'a> {
    /// Which app.
    pub sdkappid: Option<Cow<'a, str>>,
    /// Who asks.
    pub identifier: Option<Cow<'a, str>>,
    /// The ticket.
    pub usersig: Option<Cow<'a, str>>,
}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parameters")
            .field("sdkappid", &self.sdkappid)
            .field("identifier", &self.identifier)
            .finish_non_exhaustive()
    }
}

/// The most that is shown of a path, in bytes.
const SHOWN_PATH_BYTES: usize = 100;

/// A path as far as it may be shown: letters, digits and `_`, `-`, `.`, `/`, and not too many.
/// Behind anything else may stand the query of a client that forgot its question mark.
#[must_use]
pub fn shown_path(path: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte);
    let shown = path.bytes().take(SHOWN_PATH_BYTES).take_while(|byte| plain(*byte)).count();
    if shown == path.len() {
        return Cow::Borrowed(path);
    }
    Cow::Owned(format!("{}…", &path[..shown]))
}

impl<'a> Parameters<'a> {
    /// Scans a query.
    pub(super) fn scan(query: &'a str) -> Result<Self, GatewayRefusal> {
        let mut parameters = Self::default();
        parameters.take(query)?;
        Ok(parameters)
    }

    /// What a query says before the first value that is not well-formed.
    pub(super) fn scan_beginning(query: &'a str) -> Self {
        let mut parameters = Self::default();
        // What is wrong with it was told in the answer.
        let _ = parameters.take(query);
        parameters
    }

    fn take(&mut self, query: &'a str) -> Result<(), GatewayRefusal> {
        let mut rest = query;
        while !rest.is_empty() {
            let (pair, behind) = split_at_byte(rest, b'&');
            rest = behind;
            let (name, value) = split_at_byte(pair, b'=');
            let (slot, name) = match name {
                "sdkappid" => (&mut self.sdkappid, "sdkappid"),
                "identifier" => (&mut self.identifier, "identifier"),
                "usersig" => (&mut self.usersig, "usersig"),
                _ => continue,
            };
            if slot.is_none() {
                *slot = Some(decode(value).ok_or(GatewayRefusal::Encoding { name })?);
            }
        }
        Ok(())
    }
}

/// What stands before a byte and what behind it; all and nothing if it is not there.
fn split_at_byte(text: &str, byte: u8) -> (&str, &str) {
    match memchr(byte, text.as_bytes()) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    }
}

/// A form-encoded value; none if it is not well-formed or not UTF-8.
fn decode(value: &str) -> Option<Cow<'_, str>> {
    if memchr2(b'%', b'+', value.as_bytes()).is_none() {
        return Some(Cow::Borrowed(value));
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn identifier(query: &str) -> Result<Option<Cow<'_, str>>, GatewayRefusal> {
        Parameters::scan(query).map(|parameters| parameters.identifier)
    }

    #[test]
    fn the_first_of_a_name_counts_wherever_it_stands() {
        let query = "random=1&identifier=a&x&usersig=*-_%2A&identifier=b&sdkappid=7&Sdkappid=8&=";
        let expected = Parameters {
            sdkappid: Some("7".into()),
            identifier: Some("a".into()),
            usersig: Some("*-_*".into()),
        };
        assert_eq!(Parameters::scan(query), Ok(expected));
        assert_eq!(Parameters::scan(""), Ok(Parameters::default()));
        assert_eq!(identifier("identifier"), Ok(Some("".into())));
    }

    #[test]
    fn values_are_decoded_once() {
        assert_eq!(identifier("identifier=a%2525+b"), Ok(Some("a%25 b".into())));
        assert_eq!(identifier("identifier=%E7%94%A8"), Ok(Some("用".into())));
        let refused = Err(GatewayRefusal::Encoding { name: "identifier" });
        for bad in ["%", "%4", "%g1", "%ff", "%-1"] {
            assert_eq!(identifier(&format!("identifier={bad}")), refused, "{bad}");
        }
    }

    #[test]
    fn a_query_is_read_up_to_what_cannot_be_read() {
        let query = "identifier=a&sdkappid=7&usersig=%&sdkappid=8&identifier=b";
        let read = Parameters::scan_beginning(query);
        assert_eq!((read.sdkappid.as_deref(), read.identifier.as_deref()), (Some("7"), Some("a")));
        assert_eq!(Parameters::scan_beginning("identifier=%&sdkappid=7"), Parameters::default());
    }

    #[test]
    fn a_path_is_shown_up_to_100_bytes_and_never_into_a_query() {
        let long = "x".repeat(SHOWN_PATH_BYTES);
        for whole in ["", "/v4/a_b/C-d.9", long.as_str()] {
            assert_eq!(shown_path(whole), whole);
        }
        assert_eq!(shown_path(&format!("{long}x")), format!("{long}…"));
        for mark in ["?", "&", "=", "%3F", ";", " ", "é"] {
            let path = format!("/v4/a/b{mark}usersig=eJyrVgrxCdYr");
            assert_eq!(shown_path(&path), "/v4/a/b…", "{mark}");
        }
    }

    #[test]
    fn the_ticket_is_not_shown() {
        let parameters = Parameters::scan("usersig=eJyrVgrxCdYr&identifier=bob").unwrap();
        let shown = format!("{parameters:?}");
        assert!(shown.contains("bob") && !shown.contains("eJyr"), "{shown}");
    }

    proptest! {
        #[test]
        fn encoded_text_comes_back(text in any::<String>()) {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let query = format!("a=b&identifier={encoded}");
            prop_assert_eq!(identifier(&query), Ok(Some(text.into())));
        }

        #[test]
        fn no_query_is_too_strange(query in any::<String>()) {
            let _ = Parameters::scan(&query);
        }
    }
}
