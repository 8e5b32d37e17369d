//! A good request, wrong in one place: every place, every way.
//!
//! The places come from the request, types and limits from the schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json::{Fields, Json, Step, spell};
use super::requests::{resolved, types};

/// One value of each JSON type, in several sizes. What is not to come back has `zq` in it.
const OTHER_TYPES: &[(&str, &str, &str)] = &[
    ("string", "a string", r#""zq""#),
    ("integer", "an integer", "987654321"),
    ("number", "a fraction", "1.5"),
    ("number", "2^63", "9223372036854775808"),
    ("number", "1e400", "1e400"),
    ("boolean", "a boolean", "true"),
    ("array", "an array", r#"["zq"]"#),
    ("object", "an object", r#"{"zq":"zq"}"#),
];

/// A body and what must come of it, whatever the golden file says.
pub(super) struct Mutation {
    /// The field, as refusals spell it; empty for the body itself.
    pub(super) at: String,
    /// What is wrong with it.
    pub(super) how: String,
    pub(super) body: String,
    pub(super) must: Must,
}

/// What must come of a mutation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Must {
    /// The same as of the good request: success.
    Succeed,
    /// The same as without the field.
    BeAsMissing,
    /// A field's fault, or 60015 for a number where an account belongs: the wrong type.
    BeWrongType { number: bool },
    /// A field's fault, with this limit.
    BeBeyond(i128),
    /// Anything but a field's fault: the field is within its limits.
    BeWithin,
    /// A field's fault: missing.
    BeMissing,
    /// A field's fault: twice.
    BeRepeated,
    /// 60003.
    BeNoObject,
    /// The golden file says.
    BeAsWritten,
}

/// Every mutation of a request.
pub(super) fn of(request: &Value, schema: &'static Value) -> Vec<Mutation> {
    let mut writer = Writer { good: request.into(), path: Vec::new(), written: Vec::new() };
    writer.bodies();
    writer.object(schema);
    writer.written
}

struct Writer {
    good: Json,
    /// To the value that is being changed.
    path: Vec<Step>,
    written: Vec<Mutation>,
}

impl Writer {
    fn write(&mut self, how: impl Into<String>, body: String, must: Must) {
        self.written.push(Mutation { at: spell(&self.path), how: how.into(), body, must });
    }

    /// The request with a change to the value.
    fn change(&mut self, how: impl Into<String>, must: Must, change: impl FnOnce(&mut Json)) {
        let mut changed = self.good.clone();
        change(changed.at(&self.path));
        self.write(how, changed.to_string(), must);
    }

    /// The request with another value.
    fn put(&mut self, how: impl Into<String>, value: impl Into<String>, must: Must) {
        self.change(how, must, |place| *place = Json::Written(value.into()));
    }

    fn put_text(&mut self, how: impl Into<String>, text: &str, must: Must) {
        self.put(how, Value::from(text).to_string(), must);
    }

    /// Bodies that are wrong as a whole.
    fn bodies(&mut self) {
        let good = self.good.to_string();
        self.write("as it should be", good.clone(), Must::Succeed);
        self.write("with space around it", format!(" \r\n\t{good}\n"), Must::Succeed);
        self.write("nothing", String::new(), Must::BeNoObject);
        self.write("half of it", good[..good.len() / 2].to_owned(), Must::BeNoObject);
        self.write("more behind it", format!("{good}{{}}"), Must::BeNoObject);
        self.write("null", "null".into(), Must::BeNoObject);
        for (kind, how, value) in OTHER_TYPES.iter().filter(|(kind, ..)| *kind != "object") {
            self.write(*how, (*value).to_owned(), Must::BeNoObject);
            if *kind == "array" {
                self.write("in an array", format!("[{good}]"), Must::BeNoObject);
            }
        }
    }

    /// An object with its fields, none of which is missing in the request.
    fn object(&mut self, schema: &'static Value) {
        for (how, value) in [("unknown field", "987654321"), ("unknown field of 1e400", "1e400")] {
            let unknown = ("Zq".to_owned(), Json::Written(value.into()));
            self.change(how, Must::Succeed, |object| object.fields().push(unknown));
        }
        let unknown = ["1", "2"].map(|one| ("Zq".to_owned(), Json::Written(one.into())));
        self.change("unknown field, twice", Must::Succeed, |it| it.fields().extend(unknown));
        self.change("no fields", Must::BeAsWritten, |object| object.fields().clear());
        let properties = schema["properties"].as_object();
        let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (name, property) in properties.into_iter().flatten() {
            let required = required.iter().any(|known| known == name);
            self.field(name, property, required);
        }
    }

    fn field(&mut self, name: &str, schema: &'static Value, required: bool) {
        let missing = if required { Must::BeMissing } else { Must::BeAsWritten };
        self.path.push(Step::Field(name.to_owned()));
        self.change_key("missing", missing, |fields, nth| drop(fields.remove(nth)));
        // Some programs spell this one so, and are understood.
        let in_lower_case = if name == "Key" { Must::BeAsWritten } else { Must::BeAsMissing };
        self.change_key("in lower case", in_lower_case, |fields, nth| {
            fields[nth].0 = name.to_lowercase();
        });
        self.change_key("twice", Must::BeRepeated, |fields, nth| fields.push(fields[nth].clone()));
        self.put("null", "null", Must::BeAsMissing);
        self.value(schema);
        self.path.pop();
    }

    /// The request with a change to the object that has the field, which is the nth there.
    fn change_key(&mut self, how: &str, must: Must, change: impl FnOnce(&mut Fields, usize)) {
        let Some((Step::Field(name), parent)) = self.path.split_last() else {
            panic!("the path does not lead to a field");
        };
        let mut changed = self.good.clone();
        let fields = changed.at(parent).fields();
        let nth = fields.iter().position(|(known, _)| known == name).expect("a field");
        change(fields, nth);
        self.write(how, changed.to_string(), must);
    }

    fn value(&mut self, schema: &'static Value) {
        let schema = resolved(schema);
        let types = types(schema);
        for (kind, how, value) in OTHER_TYPES {
            if !types.contains(kind) {
                let number = matches!(*kind, "integer" | "number");
                self.put(*how, *value, Must::BeWrongType { number });
            }
        }
        for kind in types {
            match kind {
                "string" => self.string(schema),
                "integer" => self.integer(schema),
                "boolean" => {
                    self.put("false", "false", Must::BeAsWritten);
                    self.put("true", "true", Must::BeAsWritten);
                }
                "array" => self.array(schema),
                "object" => {
                    let fields = schema["properties"].as_object().expect("fields").len();
                    let values = format!("[{}]", vec!["null"; fields].join(","));
                    let must = Must::BeWrongType { number: false };
                    self.put("an array for its fields", values, must);
                    self.object(schema);
                }
                "null" => {}
                other => panic!("a type that tests/it/fields cannot change: {other}"),
            }
        }
    }

    fn string(&mut self, schema: &Value) {
        let limit = |name: &str| schema[name].as_u64().map(|limit| usize::try_from(limit).unwrap());
        let empty = limit("minLength").map_or(Must::BeAsWritten, |_| Must::BeBeyond(1));
        self.put_text("empty", "", empty);
        if let Some(words) = schema["enum"].as_array() {
            for word in words.iter().filter_map(Value::as_str) {
                self.put_text(word, word, Must::BeWithin);
                self.put_text(
                    format!("{word} in lower case"),
                    &word.to_lowercase(),
                    Must::BeAsWritten,
                );
                self.put_text(
                    format!("{word} and a space"),
                    &format!("{word} "),
                    Must::BeAsWritten,
                );
            }
        }
        let ascii = schema["pattern"].as_str().is_some_and(|it| it.contains("7e]"));
        if schema.get("pattern").is_some() {
            self.put_text("a control character", "zq\n", Must::BeAsWritten);
            self.put_text("not in ASCII", "zqé", Must::BeAsWritten);
        }
        self.put_text("another", "zq", Must::BeAsWritten);
        if let Some(most) = limit("maxLength") {
            self.put_text(format!("{most} bytes"), &filler(most, ascii), Must::BeWithin);
            let beyond = Must::BeBeyond(most as i128);
            self.put_text(format!("{} bytes", most + 1), &filler(most + 1, ascii), beyond);
        } else {
            self.put_text("1000 bytes", &filler(1000, ascii), Must::BeAsWritten);
        }
    }

    fn integer(&mut self, schema: &Value) {
        self.put(r#""1""#, r#""1""#, Must::BeAsWritten);
        self.put("1.0", "1.0", Must::BeAsWritten);
        let bound = |name: &str| schema[name].as_i64().map(i128::from);
        let (least, most) = bounds(schema["format"].as_str());
        let (least, most) = (bound("minimum").unwrap_or(least), bound("maximum").unwrap_or(most));
        let words = schema["enum"].as_array().map(Vec::as_slice).unwrap_or_default();
        let words: Vec<i128> = words.iter().filter_map(Value::as_i64).map(i128::from).collect();
        let mut numbers: BTreeMap<i128, Must> =
            [-1, 0, 1, least, most].map(|number| (number, Must::BeAsWritten)).into();
        if words.is_empty() {
            numbers.insert(least - 1, Must::BeBeyond(least));
            numbers.insert(most + 1, Must::BeBeyond(most));
        }
        numbers.extend(words.into_iter().map(|word| (word, Must::BeWithin)));
        // One more than all that a number can be is of another type: see 2^63.
        for (number, must) in numbers.into_iter().filter(|(number, _)| *number <= i64::MAX.into()) {
            self.put(number.to_string(), number.to_string(), must);
        }
    }

    fn array(&mut self, schema: &'static Value) {
        let limit = |name: &str| schema[name].as_u64().map(|limit| usize::try_from(limit).unwrap());
        let empty =
            limit("minItems").map_or(Must::BeAsWritten, |least| Must::BeBeyond(least as i128));
        self.put("empty", "[]", empty);
        let mut good = self.good.clone();
        let items = good.at(&self.path).items().clone();
        if let Some(most) = limit("maxItems") {
            for (count, must) in [(most, Must::BeWithin), (most + 1, Must::BeBeyond(most as i128))]
            {
                let many = (0..count).map(|nth| vary(&items[0], nth)).collect();
                self.change(format!("{count} items"), must, |place| *place = Json::Array(many));
            }
        }
        let same = vec![items[0].clone(), items[0].clone()];
        self.change("an item twice", Must::BeAsWritten, |place| *place = Json::Array(same));
        self.path.push(Step::Item(items.len() - 1));
        self.put("null", "null", Must::BeWrongType { number: false });
        self.value(&schema["items"]);
        self.path.pop();
    }
}

/// The numbers that a format stands for.
fn bounds(format: Option<&str>) -> (i128, i128) {
    let format = format.unwrap_or("int64");
    let bits = format.trim_start_matches('u').strip_prefix("int").and_then(|it| it.parse().ok());
    let bits: u32 = bits.unwrap_or_else(|| panic!("tests/it/fields does not know {format}"));
    if format.starts_with('u') {
        (0, (1 << bits) - 1)
    } else {
        (-1 << (bits - 1), (1 << (bits - 1)) - 1)
    }
}

/// A text of so many bytes, most of its letters two bytes long.
fn filler(bytes: usize, ascii: bool) -> String {
    let letter = if ascii { "r" } else { "é" };
    let letters = (bytes - 2) / letter.len();
    let mut text = format!("zq{}", letter.repeat(letters));
    text += &"x".repeat(bytes - text.len());
    text
}

/// One of many: of members of the stage, of numbers, of objects with either.
fn vary(item: &Json, nth: usize) -> Json {
    match item {
        Json::Written(text) => Json::Written(match text.parse::<u64>() {
            Ok(number) => (number + nth as u64).to_string(),
            Err(_) => format!("\"m{nth:02}\""),
        }),
        Json::Array(items) => Json::Array(items.clone()),
        Json::Object(fields) => {
            let one = |(name, value): &(String, Json)| (name.clone(), vary(value, nth));
            Json::Object(fields.iter().map(one).collect())
        }
    }
}
