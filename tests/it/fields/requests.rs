//! The good request of each command, the stage, and what the OpenAPI document says of both.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use guestlist::control::document;
use guestlist::proto::tencent::{Entry, commands};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Where they stand, from the repository's root.
const FILE: &str = "tests/data/requests.json";

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&document()).unwrap());

/// The file.
#[derive(Deserialize)]
pub(super) struct Requests {
    stage: Vec<Setting>,
    /// What some commands need besides, behind the stage of all.
    before: HashMap<String, Vec<Setting>>,
    commands: Map<String, Value>,
}

/// A call that sets the stage.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Setting {
    /// Of a command, by its path.
    Command { command: String, body: Value },
    /// Of the control plane, about the app: `POST rooms/r/members`.
    Control { control: String, body: Value },
}

impl Requests {
    /// Reads the file, and holds it against the list of commands and their schemas.
    pub(super) fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
        let read: Self = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let listed = |path: &str| commands().any(|entry| entry.spec.path == path);
        for path in read.commands.keys() {
            assert!(listed(path), "{FILE} has a request of {path}, which is no command");
        }
        let missing = commands().map(|entry| entry.spec.path);
        let missing: Vec<_> = missing.filter(|path| !read.commands.contains_key(*path)).collect();
        assert!(
            missing.is_empty(),
            "{FILE} has no request of {missing:?}: add one with every documented field, of which \
             the stage (in the same file) makes a success; then BLESS=1 cargo test --test it \
             every_field"
        );
        for entry in commands() {
            complete(entry.spec.path, "", read.good(entry), schema(entry));
        }
        read
    }

    /// What is there before a command comes.
    pub(super) fn stage(&self, entry: &Entry) -> Vec<&Setting> {
        self.stage.iter().chain(self.before.get(entry.spec.path).into_iter().flatten()).collect()
    }

    /// The good request of a command.
    pub(super) fn good(&self, entry: &Entry) -> &Value {
        &self.commands[entry.spec.path]
    }
}

/// The schema of a command's body.
pub(super) fn schema(entry: &Entry) -> &'static Value {
    let operation = &DOCUMENT["paths"][format!("/v4/{}", entry.spec.path)]["post"];
    resolved(&operation["requestBody"]["content"]["application/json"]["schema"])
}

/// A schema itself, where only a reference to it stands.
pub(super) fn resolved(schema: &'static Value) -> &'static Value {
    let Some(reference) = schema["$ref"].as_str() else { return schema };
    DOCUMENT.pointer(reference.strip_prefix('#').unwrap()).unwrap()
}

/// The JSON types that a schema allows.
pub(super) fn types(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => panic!("a schema without a type, which tests/it/fields cannot read: {schema}"),
    }
}

/// Panics if a request leaves out what its schema has, so that nothing is left untested.
fn complete(command: &str, at: &str, request: &Value, schema: &'static Value) {
    let schema = resolved(schema);
    if let Some(properties) = schema["properties"].as_object() {
        for (name, property) in properties {
            let at = format!("{at}/{name}");
            let value = request.get(name);
            let value = value
                .unwrap_or_else(|| panic!("{FILE}: {command} lacks {at}, which its schema has"));
            complete(command, &at, value, property);
        }
    }
    if let Some(items) = schema.get("items") {
        let values = request.as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(values.len() > 1, "{FILE}: {command} has less than two items in {at}");
        for value in values {
            complete(command, at, value, items);
        }
    }
}
