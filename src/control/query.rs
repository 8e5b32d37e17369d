//! Queries: known parameters, each at most once.

use axum::extract::{FromRequestParts, Query};
use http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::explain::explain;
use super::problem::Problem;

/// The parameters of a query. A value that is no UTF-8 is refused, not mended.
pub(super) struct Params<T>(pub(super) T);

/// A query without parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoParams {}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(head: &mut Parts, _: &S) -> Result<Self, Problem> {
        if std::str::from_utf8(&unescape(head.uri.query().unwrap_or_default())).is_err() {
            return Err(Problem::bad_request("query: not UTF-8"));
        }
        let parsed = Query::<T>::try_from_uri(&head.uri).map_err(|rejection| {
            // Every value is a text, so nothing but a name can be wrong; words stand before it.
            let text = rejection.body_text();
            let start = [text.find("unknown field"), text.find("duplicate field")];
            let start = start.into_iter().flatten().min().unwrap_or_default();
            Problem::bad_request(explain("parameter", "query", &text[start..]))
        })?;
        Ok(Self(parsed.0))
    }
}

/// The bytes that a query stands for.
fn unescape(query: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(query.len());
    let mut rest = query.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let escaped = (first == b'%').then(|| behind.split_first_chunk::<2>()).flatten();
        let number = escaped.and_then(|(hex, behind)| Some((hex_byte(*hex)?, behind)));
        let (byte, behind) = number.unwrap_or((first, behind));
        bytes.push(byte);
        rest = behind;
    }
    bytes
}

fn hex_byte([high, low]: [u8; 2]) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_once_and_others_stay() {
        let rows: &[(&str, &[u8])] = &[
            ("a=%41%2541", b"a=A%41"),
            ("%", b"%"),
            ("%4", b"%4"),
            ("%zz%+1", b"%zz%+1"),
            ("%c3%A9", "é".as_bytes()),
            ("%ff", b"\xff"),
        ];
        for (query, bytes) in rows {
            assert_eq!(unescape(query), *bytes, "{query}");
        }
    }
}
