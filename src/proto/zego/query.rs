//! The query: every parameter there is, decoded once.
//!
//! Names and values are percent-decoded once and `+` is a space. Of a name that comes twice the first
//! value counts. A list may be spelt in each of the ways that clients do: `UserId[]=a&UserId[]=b`,
//! `UserId=a&UserId=b`, `UserId.0=a`, `UserId[0]=a`, `UserId[][0]=a`, `UserId[][]=a`.

use std::borrow::Cow;

/// The most parameters that are looked at.
const MAX_PARAMETERS: usize = 512;

/// The parameters of a request.
#[derive(Default)]
pub struct Query<'a> {
    pairs: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The name of the first parameter that is not well-formed, as it was sent.
    malformed: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// Reads a query.
    #[must_use]
    pub fn read(query: &'a str) -> Self {
        let mut read = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()).take(MAX_PARAMETERS) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => read.pairs.push((name, value)),
                _ => drop(read.malformed.get_or_insert(name)),
            }
        }
        read
    }

    /// The first value of a name; none if it is not there or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| &**value).filter(|value| !value.is_empty())
    }

    /// Whether a name is there, whatever its value.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(other, _)| other == name)
    }

    /// The values of a list, in the order of the query, each once.
    #[must_use]
    pub fn list(&self, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        for (other, value) in &self.pairs {
            let place = other.strip_prefix(name);
            if place.is_some_and(is_place) && !value.is_empty() && !values.contains(&&**value) {
                values.push(value);
            }
        }
        values
    }

    /// The name of a parameter that is not well-formed, if one of those that are meant is.
    #[must_use]
    pub fn malformed(&self) -> Option<&'a str> {
        self.malformed
    }
}

/// What may stand behind the name of a list.
fn is_place(place: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    match place.as_bytes() {
        [] => true,
        [b'.', ..] => place.len() > 1 && digits(&place[1..]),
        [b'[', ..] => place.split_inclusive(']').all(|part| {
            part.strip_prefix('[').and_then(|part| part.strip_suffix(']')).is_some_and(digits)
        }),
        _ => false,
    }
}

/// A form-encoded text; none if it is not well-formed or not UTF-8.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr2(b'%', b'+', text.as_bytes()).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
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

    #[test]
    fn every_spelling_of_a_list_is_one() {
        for query in [
            "U[]=a&U[]=b",
            "U%5B%5D=a&U%5b%5d=b",
            "U=a&U=b",
            "U.0=a&U.1=b",
            "U[0]=a&U[1]=b",
            "U[][0]=a&U[][1]=b",
            "U[][]=a&U[][]=b",
            "U[]=a&U[]=&U[]=a&x=1&U[]=b",
        ] {
            assert_eq!(Query::read(query).list("U"), ["a", "b"], "{query}");
        }
        for other in ["Us=a", "u[]=a", "U.=a", "U.x=a", "U[x]=a", "U[=a", "U]=a", "U[]x=a", ""] {
            assert_eq!(Query::read(other).list("U"), Vec::<&str>::new(), "{other}");
        }
    }

    #[test]
    fn values_are_decoded_once_and_the_first_counts() {
        let query = Query::read("a=%2541&b=x+y%20z&a=2&c&d=&e=%C3%A9");
        assert_eq!(query.get("a"), Some("%41"));
        assert_eq!(query.get("b"), Some("x y z"));
        assert_eq!((query.get("c"), query.get("d"), query.get("f")), (None, None, None));
        assert!(query.has("c") && !query.has("f"));
        assert_eq!(query.get("e"), Some("é"));
        assert_eq!(query.malformed(), None);
        for bad in ["a=%", "a=%4", "a=%zz", "a=%ff", "%=1&a=1"] {
            let query = Query::read(bad);
            assert!(query.malformed().is_some(), "{bad}");
        }
    }

    #[test]
    fn so_many_parameters_are_looked_at_and_no_more() {
        let many = |count: usize| (0..count).map(|nth| format!("U[]={nth}&")).collect::<String>();
        assert_eq!(Query::read(&many(512)).list("U").len(), 512);
        assert_eq!(Query::read(&many(513)).list("U").len(), 512);
    }
}
