//! Which keys exist and what type each has.
//!
//! Job: turn `default.toml` into the shape that every layer must fit, the values that no layer
//! needs to give, and the template that each `[[app]]` starts from. Promise: a key exists when it
//! stands in `default.toml`, and no second list says so. Not here: what a value may be (`check`).

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::fault::{Origin, join};

/// The reference of every setting.
const DEFAULT_TOML: &str = include_str!("../../config/default.toml");

/// The type of a key, read off its default.
pub(super) enum Shape {
    Text,
    Integer,
    Flag,
    /// An empty default is one of text.
    TextList,
    IntegerList,
    Table(BTreeMap<String, Shape>),
    /// A list of tables. The default's one element is the template of the others.
    Tables {
        element: Box<Shape>,
        template: Box<Node>,
    },
}

/// A value with its origin, or what holds such values.
#[derive(Clone)]
pub(super) enum Node {
    Leaf { value: Value, origin: Origin },
    Table(BTreeMap<String, Node>),
    Tables(Vec<Node>),
}

/// The shape of all settings, and the first layer.
pub(super) fn defaults() -> (Shape, Node) {
    let table: Table =
        DEFAULT_TOML.parse().expect("default.toml is compiled in; each test reads it");
    let root = Value::Table(table);
    (Shape::of(&root), Node::of(&root))
}

impl Shape {
    fn of(value: &Value) -> Self {
        match value {
            Value::String(_) => Self::Text,
            Value::Integer(_) => Self::Integer,
            Value::Boolean(_) => Self::Flag,
            Value::Array(items) => match items.first() {
                Some(template @ Value::Table(_)) => Self::Tables {
                    element: Box::new(Self::of(template)),
                    template: Box::new(Node::of(template)),
                },
                Some(Value::Integer(_)) => Self::IntegerList,
                _ => Self::TextList,
            },
            Value::Table(entries) => Self::Table(
                entries.iter().map(|(name, value)| (name.clone(), Self::of(value))).collect(),
            ),
            Value::Float(_) | Value::Datetime(_) => {
                unreachable!("default.toml is compiled in and holds neither; each test reads it")
            }
        }
    }

    /// Whether a value may be an element of a list of these.
    pub(super) fn fits(&self, element: &Value) -> bool {
        match self {
            Self::Text => element.is_str(),
            Self::Integer => element.is_integer(),
            Self::Flag
            | Self::TextList
            | Self::IntegerList
            | Self::Table(_)
            | Self::Tables { .. } => false,
        }
    }

    /// What a value must be, for a message.
    pub(super) fn wanted(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "an integer",
            Self::Flag => "true or false",
            Self::TextList => "a list of text",
            Self::IntegerList => "a list of integers",
            Self::Table(_) => "a table",
            Self::Tables { .. } => "a list of tables",
        }
    }

    /// A text of the environment or of `--set` as the value that it means for this shape.
    ///
    /// What cannot be read as such stays text, and is then refused for its type.
    pub(super) fn interpret(&self, text: &str) -> Value {
        let as_text = || Value::String(text.to_owned());
        let as_toml = || text.trim().parse::<Value>().unwrap_or_else(|_| as_text());
        match self {
            Self::Text => as_text(),
            Self::TextList if !is_bracketed(text) => Value::Array(comma_separated(text)),
            Self::IntegerList if !is_bracketed(text) => {
                format!("[{text}]").parse::<Value>().unwrap_or_else(|_| as_text())
            }
            Self::TextList
            | Self::IntegerList
            | Self::Integer
            | Self::Flag
            | Self::Table(_)
            | Self::Tables { .. } => as_toml(),
        }
    }

    /// The key that was probably meant by an unknown one.
    ///
    /// A name that exists, only elsewhere, is as near as one wrong letter.
    pub(super) fn nearest(&self, unknown: &str) -> String {
        let index = unknown.split('.').nth(1).filter(|segment| is_index(segment)).unwrap_or("0");
        let mut known = Vec::new();
        self.collect_keys("", index, &mut known);
        let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
        known
            .into_iter()
            .min_by_key(|key| {
                let distance = strsim::osa_distance(key, unknown);
                let felt = if last(key) == last(unknown) { distance.min(1) } else { distance };
                (felt, distance)
            })
            .expect("default.toml has keys")
    }

    fn collect_keys(&self, key: &str, index: &str, known: &mut Vec<String>) {
        match self {
            Self::Table(shapes) => {
                for (name, shape) in shapes {
                    let key = join(key, name);
                    known.push(key.clone());
                    shape.collect_keys(&key, index, known);
                }
            }
            Self::Tables { element, .. } => element.collect_keys(&join(key, index), index, known),
            Self::Text | Self::Integer | Self::Flag | Self::TextList | Self::IntegerList => {}
        }
    }
}

impl Node {
    fn of(value: &Value) -> Self {
        match value {
            Value::Table(entries) => Self::Table(
                entries.iter().map(|(name, value)| (name.clone(), Self::of(value))).collect(),
            ),
            // The element is the template, which the shape keeps: by default there is none.
            Value::Array(items) if items.iter().any(Value::is_table) => Self::Tables(Vec::new()),
            _ => Self::Leaf { value: value.clone(), origin: Origin::Default },
        }
    }
}

/// What a value is, for a message that must not show it.
pub(super) fn found(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a fraction",
        Value::Boolean(_) => "a boolean",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// Digits only: the signs that `parse` allows do not belong into a key.
pub(super) fn is_index(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_bracketed(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

fn comma_separated(text: &str) -> Vec<Value> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    text.split(',').map(|item| Value::String(item.trim().to_owned())).collect()
}
