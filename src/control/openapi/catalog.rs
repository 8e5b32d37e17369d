//! The document in the making: paths, and the parts that several of them refer to.

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// What was described so far.
pub(super) struct Catalog {
    generator: SchemaGenerator,
    paths: Map<String, Value>,
    components: Map<String, Value>,
}

impl Catalog {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12()
            .with(|settings| settings.definitions_path = "/components/schemas".into());
        let generator = settings.into_generator();
        Self { generator, paths: Map::new(), components: Map::new() }
    }

    /// Makes schemas; the types that have a name of their own become parts.
    pub(super) fn generator(&mut self) -> &mut SchemaGenerator {
        &mut self.generator
    }

    /// Keeps a part under a name of its kind, and refers to it.
    pub(super) fn keep(&mut self, kind: &str, name: &str, part: Value) -> Value {
        let parts = self.components.entry(kind).or_insert_with(|| json!({}));
        parts[name] = part;
        json!({"$ref": format!("#/components/{kind}/{name}")})
    }

    /// Adds an operation to a path of some servers.
    pub(super) fn operation(&mut self, path: &str, servers: &Value, verb: &str, operation: Value) {
        let item = self.paths.entry(path).or_insert_with(|| json!({"servers": servers}));
        item[verb] = operation;
    }

    /// The paths and the parts.
    pub(super) fn finish(mut self) -> (Value, Value) {
        for (name, schema) in self.generator.take_definitions(false) {
            self.keep("schemas", &name, schema);
        }
        let (mut paths, mut parts) = (Value::Object(self.paths), Value::Object(self.components));
        for value in [&mut paths, &mut parts] {
            say_bytes(value);
        }
        (paths, parts)
    }
}

/// A server that a path is on: the default of a setting.
pub(super) fn server(setting: &str, address: &str, description: &str) -> Value {
    json!({
        "url": "http://{address}",
        "description": description,
        "variables": {
            "address": {"default": address, "description": format!("The setting `{setting}`.")},
        },
    })
}

/// JSON Schema counts characters, all limits here count bytes: says so wherever a text is limited.
fn say_bytes(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(say_bytes),
        Value::Object(fields) => {
            fields.values_mut().for_each(say_bytes);
            if let Some(at_most) = fields.get("maxLength").and_then(Value::as_u64) {
                let said = fields.get("description").and_then(Value::as_str).unwrap_or_default();
                let all = format!("{said}\n\nAt most {at_most} bytes of UTF-8.");
                fields.insert("description".to_owned(), all.trim_start().into());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
