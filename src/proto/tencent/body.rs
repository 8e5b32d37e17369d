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
/// How the parser begins when it refuses a number like `1e400`.
const BEYOND_EVERY_TYPE: &str = "number out of range";

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
    let value: Result<Value, _> = serde_json::from_str(&with_small_numbers(text));
    let value = value.map_err(|error| json(place(&error)))?;
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

/// The text, which is JSON, with 0 and spaces for each number: one that is beyond every type would
/// keep the rest from being read. Everything stays in its place.
fn with_small_numbers(text: &str) -> String {
    let mut small = String::with_capacity(text.len());
    let (mut in_string, mut escaped, mut in_number) = (false, false, false);
    for character in text.chars() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            small.push(character);
            continue;
        }
        let goes_on = in_number && matches!(character, '+' | '.' | 'e' | 'E');
        if goes_on || matches!(character, '-' | '0'..='9') {
            small.push(if in_number { ' ' } else { '0' });
            in_number = true;
        } else {
            small.push(character);
            (in_number, in_string) = (false, character == '"');
        }
    }
    small
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
    if reason.starts_with(BEYOND_EVERY_TYPE) {
        return "wrong type, a number beyond every range".to_owned();
    }
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
    let expected = match reason.rsplit_once("expected ").map(|(_, expected)| expected) {
        Some("i64") => "an integer of 64 bits",
        Some("a boolean") => "true or false",
        Some("a sequence") => "an array",
        Some(other) => other,
        None => "another type",
    };
    // One that is of the right type and yet cannot be is called a value.
    let is_value = reason.starts_with("invalid value");
    format!("{}expected {expected}", if is_value { "" } else { "wrong type, " })
}

/// From a value to one within it.
enum Step<'v> {
    Field(&'v str),
    Item(usize),
}

/// The first number that is a field named `…_Account`, or stands in a list of that name.
fn numeric_account<'v>(value: &'v Value, path: &mut Vec<Step<'v>>) -> Option<String> {
    match value {
        Value::Number(_) => match path.as_slice() {
            [.., Step::Field(name)] | [.., Step::Field(name), Step::Item(_)]
                if name.ends_with("_Account") =>
            {
                Some(spell(path))
            }
            _ => None,
        },
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            path.push(Step::Field(name));
            let found = numeric_account(value, path);
            path.pop();
            found
        }),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            path.push(Step::Item(index));
            let found = numeric_account(item, path);
            path.pop();
            found
        }),
        _ => None,
    }
}

/// A path as refusals spell it: `MemberList[1].Member_Account`. Names that we do not know may be as
/// long as the body.
fn spell(path: &[Step<'_>]) -> String {
    let mut spelt = String::new();
    for step in path {
        match step {
            Step::Field(name) if spelt.is_empty() => spelt += name,
            Step::Field(name) => spelt += &format!(".{name}"),
            Step::Item(index) => spelt += &format!("[{index}]"),
        }
    }
    spelt.chars().take(MAX_PATH_CHARS).collect()
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

    /// What is said of a body whose fields are integers.
    fn said(body: &str) -> String {
        let request = parse::<std::collections::BTreeMap<String, i64>>(body.as_bytes());
        match request.expect_err("this is refused") {
            Refused::Gateway(GatewayRefusal::AccountNotText { field }) => format!("60015 {field}"),
            Refused::Gateway(GatewayRefusal::Json { reason }) => format!("60003 {reason}"),
            Refused::Field(fault) => format!("100002 {fault}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_number_beyond_every_type_is_json_and_of_the_wrong_type() {
        let beyond = "100002 A: wrong type, a number beyond every range";
        let digits = "9".repeat(400);
        for number in ["1e400", "-1E+400", "0.1e999", digits.as_str()] {
            assert_eq!(said(&format!(r#"{{"A":{number}}}"#)), beyond);
            assert_eq!(
                said(&format!(r#"{{"X_Account":[1.5,{number}],"A":0}}"#)),
                "60015 X_Account[0]"
            );
            assert_eq!(
                said(&format!(r#"{{"A":{number},"B":{{"X_Account":1}}}}"#)),
                "60015 B.X_Account"
            );
            assert_eq!(said(&format!(r#"{{"A":{number},}}"#))[..6], *"60003 ");
        }
        assert_eq!(
            said(r#"{"A":9223372036854775808}"#),
            "100002 A: expected an integer of 64 bits"
        );
        assert_eq!(
            said(r#"{"A":"1e400"}"#),
            "100002 A: wrong type, expected an integer of 64 bits"
        );
    }

    #[test]
    fn numbers_are_made_small_and_nothing_else() {
        let text = r#"{"-1e5\\\"2":[-1.5E+7,true,12,"e"],"é":0.1e-4}"#;
        let small = r#"{"-1e5\\\"2":[0      ,true,0 ,"e"],"é":0     }"#;
        assert_eq!(with_small_numbers(text), small);
    }

    #[test]
    fn what_is_no_text_is_no_json_and_comes_before_any_field() {
        for number in ["1.5", "1e400"] {
            let body = format!(r#"{{"A":{number},"B":"\ud800"}}"#);
            let column = body.len() - 1;
            assert_eq!(said(&body), format!("60003 line 1, column {column}"));
        }
    }
}
