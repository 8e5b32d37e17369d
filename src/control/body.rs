//! Bodies: read to a limit, then parsed.

use axum::body::Body;
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::explain::explain;
use super::problem::Problem;

/// The body of a request that has nothing to say.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct NoFields {}

/// Reads a body of at most `limit_bytes`. One that announces to be longer is not read.
pub(super) async fn read(body: &mut Body, limit_bytes: usize) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > limit_bytes as u64 {
        return Err(Problem::body_too_large(limit_bytes));
    }
    let read = Limited::new(body, limit_bytes).collect().await;
    read.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if error.is::<LengthLimitError>() {
            Problem::body_too_large(limit_bytes)
        } else {
            Problem::body_broken()
        }
    })
}

/// Reads what is left of a body, up to `at_most_bytes`, and keeps nothing: a client that still
/// sends gets to see its answer rather than a reset connection.
pub(super) async fn drain(body: &mut Body, at_most_bytes: usize) {
    let mut left = at_most_bytes;
    while left > 0
        && let Some(Ok(frame)) = body.frame().await
    {
        left = left.saturating_sub(frame.data_ref().map_or(0, Bytes::len));
    }
}

/// Parses a body: a JSON object of known fields, each at most once. Nothing at all is an object
/// without fields.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::bad_request("body: not UTF-8"))?;
    let text = if text.trim_ascii().is_empty() { "{}" } else { text };
    // Without this a list of values would be taken for the fields in their order.
    if !text.trim_ascii_start().starts_with('{') {
        syntax(text)?;
        return Err(Problem::bad_request("body: not a JSON object"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let (path, reason) = (error.path().to_string(), error.inner().to_string());
        match syntax(text) {
            Err(problem) => problem,
            Ok(()) => Problem::bad_request(explain("field", &path, &reason)),
        }
    })?;
    deserializer.end().map_err(|error| place(&error))?;
    Ok(parsed)
}

fn syntax(text: &str) -> Result<(), Problem> {
    let parsed: Result<IgnoredAny, _> = serde_json::from_str(text);
    parsed.map(drop).map_err(|error| place(&error))
}

/// Where it is wrong, without what stands there: that may be a password.
fn place(error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    Problem::bad_request(format!("body: not JSON, line {line}, column {column}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::tencent::Text;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it parses is looked at")]
    struct Sample<'a> {
        #[serde(borrow)]
        password: Option<Text<'a>>,
        #[serde(borrow)]
        accounts: Vec<Text<'a>>,
    }

    fn fault(body: &str) -> String {
        format!("{:?}", parse::<Sample<'_>>(body.as_bytes()).unwrap_err())
    }

    #[test]
    fn a_fault_names_the_field_and_never_the_value() {
        let rows = [
            (r#"{"accounts":[],"password":4321987}"#, "password: wrong type, expected a string"),
            (r#"{"accounts":["a",4321987]}"#, "accounts[1]: wrong type, expected a string"),
            (r#"{"accounts":"4321987"}"#, "accounts: wrong type, expected an array"),
            (r#"{"accounts":null}"#, "accounts: wrong type, expected an array"),
            (r#"{}"#, "accounts: missing"),
            ("", "accounts: missing"),
            (r#"{"accounts":[],"pasword":"4321987"}"#, "pasword: no field of this request"),
            (r#"{"accounts":[],"accounts":["4321987"]}"#, "accounts: stands there twice"),
            (r#"{"accounts":["4321987}"#, "body: not JSON, line 1, column"),
            (r#"{"accounts":[]} 4321987"#, "body: not JSON, line 1, column"),
            (r#"{"password":4321987,"accounts":[}"#, "body: not JSON, line 1, column"),
            (r#"[null,["4321987"]]"#, "body: not a JSON object"),
            (r#""4321987""#, "body: not a JSON object"),
            ("4321987 x", "body: not JSON, line 1, column"),
        ];
        for (body, expected) in rows {
            let fault = fault(body);
            assert!(fault.contains(expected), "{body}: {fault}");
            assert!(!fault.contains("4321987"), "{body}: {fault}");
        }
        assert!(format!("{:?}", parse::<NoFields>(b"{\"a\xff\":1}")).contains("not UTF-8"));
    }

    #[test]
    fn nothing_is_an_object_without_fields() {
        for body in ["", " \n", "{}", " { } "] {
            assert!(parse::<NoFields>(body.as_bytes()).is_ok(), "{body:?}");
        }
        assert!(parse::<NoFields>(b"{\"a\":1}").is_err());
    }
}
