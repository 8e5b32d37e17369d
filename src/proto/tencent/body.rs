//! From bytes to a command's request, or to the reason why not.
//!
//! A good body is read once, into borrowed fields. Only a refused one is read again, to say what
//! is wrong and where.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::field::FieldFault;
use super::refused::{GatewayRefusal, Refused};

/// The most that is said of a path whose names are the caller's own, in characters.
const MAX_PATH_CHARS: usize = 100;

/// Parses a body. Unknown fields are ignored, `null` is the same as absent; a field that comes
/// twice is refused.
///
/// Order of the checks: JSON object (60003), accounts that are numbers (60015), the rest.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refused> {
    let text = std::str::from_utf8(body).map_err(|_| json("not UTF-8"))?;
    if !text.trim_ascii_start().starts_with('{') {
        syntax(text)?;
        return Err(json("another JSON value stands there"));
    }
    serde_json::from_str(text).map_err(|error| {
        let fault = diagnose::<T>(text, &error);
        fault.expect_err("a body that was refused is refused again")
    })
}

fn json(reason: impl Into<String>) -> Refused {
    GatewayRefusal::Json { reason: reason.into() }.into()
}

fn syntax(text: &str) -> Result<(), Refused> {
    let parsed: Result<IgnoredAny, _> = serde_json::from_str(text);
    parsed.map(drop).map_err(|error| json(place(&error)))
}

/// Where it is wrong, without what stands there: that may be a secret.
fn place(error: &serde_json::Error) -> String {
    format!("line {}, column {}", error.line(), error.column())
}

/// What a parser says of a body is not enough to tell whether it is JSON: of a list that is longer
/// than the object in whose place it stands, it says what it says of broken JSON.
fn diagnose<'a, T: Deserialize<'a>>(
    text: &'a str,
    error: &serde_json::Error,
) -> Result<(), Refused> {
    syntax(text)?;
    let value: Value = serde_json::from_str(text).map_err(|error| json(place(&error)))?;
    if let Some(field) = numeric_account(&value, &mut Vec::new()) {
        return Err(GatewayRefusal::AccountNotText { field }.into());
    }
    let deserializer = &mut serde_json::Deserializer::from_str(text);
    let again: Result<T, _> = serde_path_to_error::deserialize(deserializer);
    match again {
        Ok(_) => Err(json(place(error))),
        Err(error) => {
            let (path, reason) = (error.path().to_string(), error.inner().to_string());
            Err(fault(path, &reason).into())
        }
    }
}

/// The field and what is wrong with it, in our words.
fn fault(path: String, reason: &str) -> FieldFault {
    let Some(repeated) = reason.strip_prefix("duplicate field `") else {
        return FieldFault::new(path, expectation(reason));
    };
    let name = repeated.split('`').next().unwrap_or_default();
    let field = if path == "." { name.to_owned() } else { format!("{path}.{name}") };
    FieldFault::new(field, "stands there twice")
}

/// What was expected, without what came: that may be a secret.
fn expectation(reason: &str) -> String {
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
    let expected = match reason.rsplit_once("expected ").map(|(_, expected)| expected) {
        Some("i64") => "an integer of 64 bits",
        Some("a boolean") => "true or false",
        Some("a sequence") => "an array",
        Some(other) if other.starts_with("struct ") => "an object",
        Some(other) => other,
        None => "another type",
    };
    format!("wrong type, expected {expected}")
}

/// The first field named `…_Account` that holds a number, or a list with one.
fn numeric_account<'v>(value: &'v Value, path: &mut Vec<&'v str>) -> Option<String> {
    match value {
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            path.push(name);
            let numeric = match value {
                Value::Number(_) => true,
                Value::Array(items) => items.iter().any(Value::is_number),
                _ => false,
            };
            let found = if numeric && name.ends_with("_Account") {
                // Names that we do not know may be as long as the body.
                Some(path.join(".").chars().take(MAX_PATH_CHARS).collect())
            } else {
                numeric_account(value, path)
            };
            path.pop();
            found
        }),
        Value::Array(items) => items.iter().find_map(|item| numeric_account(item, path)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_where_an_object_belongs_is_a_wrong_type_however_long() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "only whether it parses is looked at")]
        struct Inner {
            one: Option<i64>,
            two: Option<i64>,
        }
        type Outer = std::collections::BTreeMap<String, Vec<Inner>>;
        for body in [r#"{"List":[[1]]}"#, r#"{"List":[[1,2,3]]}"#] {
            let Err(Refused::Field(fault)) = parse::<Outer>(body.as_bytes()) else {
                panic!("{body}")
            };
            assert_eq!(fault.field, "List[0]", "{body}");
            assert!(fault.reason.starts_with("wrong type"), "{fault}");
        }
    }

    /// A body names its unknown fields as it likes.
    #[test]
    fn a_refusal_does_not_repeat_a_name_as_long_as_the_body() {
        let field = |name: &str| {
            let body = format!(r#"{{"Count":"x","{name}":{{"A_Account":1}}}}"#);
            let request = parse::<std::collections::BTreeMap<String, i64>>(body.as_bytes());
            let Err(Refused::Gateway(GatewayRefusal::AccountNotText { field })) = request else {
                panic!("{request:?}");
            };
            field
        };
        assert_eq!(field("MemberInfo"), "MemberInfo.A_Account");
        assert_eq!(field(&"é".repeat(100_000)), "é".repeat(MAX_PATH_CHARS));
    }
}
