//! Bodies that no JSON value can hold: a key that comes twice, a number beyond every type.

use std::fmt;

use serde_json::Value;

/// The fields of an object, in their order.
pub(super) type Fields = Vec<(String, Json)>;

/// JSON as it will be written.
#[derive(Clone)]
pub(super) enum Json {
    /// Anything, as it stands.
    Written(String),
    Array(Vec<Self>),
    Object(Fields),
}

/// From a value to one within it.
#[derive(Clone)]
pub(super) enum Step {
    Field(String),
    Item(usize),
}

/// The way to a value as refusals spell it: `MemberList[1].Marks`.
pub(super) fn spell(path: &[Step]) -> String {
    let mut spelt = String::new();
    for step in path {
        match step {
            Step::Field(name) if spelt.is_empty() => spelt += name,
            Step::Field(name) => spelt += &format!(".{name}"),
            Step::Item(index) => spelt += &format!("[{index}]"),
        }
    }
    spelt
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                Self::Object(fields.iter().map(|(name, it)| (name.clone(), it.into())).collect())
            }
            other => Self::Written(other.to_string()),
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(text) => f.write_str(text),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(","))
            }
            Self::Object(fields) => {
                let field = |(name, value): &(String, Self)| format!("{:?}:{value}", name);
                let fields: Vec<String> = fields.iter().map(field).collect();
                write!(f, "{{{}}}", fields.join(","))
            }
        }
    }
}

impl Json {
    /// The value at the end of a path.
    pub(super) fn at(&mut self, path: &[Step]) -> &mut Self {
        path.iter().fold(self, |value, step| match (step, value) {
            (Step::Field(name), Self::Object(fields)) => {
                let mut fields = fields.iter_mut();
                &mut fields.find(|(known, _)| known == name).expect("a field of the request").1
            }
            (Step::Item(index), Self::Array(items)) => &mut items[*index],
            _ => panic!("the path leads into a scalar"),
        })
    }

    /// The fields of an object.
    pub(super) fn fields(&mut self) -> &mut Fields {
        let Self::Object(fields) = self else { panic!("no object") };
        fields
    }

    /// The items of an array.
    pub(super) fn items(&mut self) -> &mut Vec<Self> {
        let Self::Array(items) = self else { panic!("no array") };
        items
    }
}
