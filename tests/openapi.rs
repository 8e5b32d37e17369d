//! `docs/openapi.json` is the document of the code, and a document that others can read.

use std::collections::HashSet;
use std::path::Path;

use guestlist::config::{Defaults, Settings, Sources};
use guestlist::control::document;
use guestlist::proto::tencent::{GATEWAY_CODES, commands, dialects};
use serde_json::Value;

fn parsed() -> Value {
    serde_json::from_str(&document()).expect("JSON")
}

/// `BLESS=1 cargo test --test openapi` writes the document.
#[test]
fn the_document_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == document(), "another document: BLESS=1 cargo test --test openapi");
}

/// Calls `see` with each value and where it stands.
fn walk(value: &Value, path: &str, see: &mut dyn FnMut(&str, &Value)) {
    see(path, value);
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{path}/{index}"), see);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                walk(field, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), see);
            }
        }
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_part_is_used() {
    let document = parsed();
    let mut referred = HashSet::new();
    walk(&document, "", &mut |path, value| {
        if let Some(reference) = value["$ref"].as_str() {
            let target = reference.strip_prefix('#').expect("a reference into this document");
            assert!(document.pointer(target).is_some(), "{path}: {reference} is nowhere");
            referred.insert(target.to_owned());
        }
    });
    for (kind, parts) in document["components"].as_object().unwrap() {
        for name in parts.as_object().unwrap().keys() {
            let used = kind == "securitySchemes"
                || referred.contains(&format!("/components/{kind}/{name}"));
            assert!(used, "{kind}/{name} is not used");
            assert!(!name.ends_with(char::is_numeric), "{kind}/{name}: two types of one name");
        }
    }
}

#[test]
fn every_command_is_there_and_every_operation_has_a_name_of_its_own() {
    let document = parsed();
    let mut names = HashSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for verb in ["get", "post", "put", "delete"] {
            if let Some(operation) = item.get(verb) {
                let name = operation["operationId"].as_str().unwrap();
                assert!(names.insert(name.to_owned()), "{name} is there twice");
            }
        }
    }
    for entry in commands() {
        let item = &document["paths"][format!("/v4/{}", entry.spec.path)];
        assert_eq!(item["post"]["operationId"], entry.spec.name());
        assert_eq!(item.get("get").is_some(), entry.spec.reads, "{}", entry.spec.path);
    }
}

#[test]
fn every_field_says_what_it_is() {
    walk(&parsed()["components"]["schemas"], "", &mut |path, value| {
        let Some(fields) = value.get("properties").and_then(Value::as_object) else { return };
        // The envelope's fields are the vendor's page's to explain.
        if path.ends_with("Done") || path.ends_with("Failed") || path.contains("/allOf/") {
            return;
        }
        for (name, field) in fields {
            assert!(field["description"].is_string(), "{path}: {name} says nothing");
        }
    });
}

#[test]
fn every_code_of_a_command_has_a_meaning() {
    for dialect in dialects() {
        let known: HashSet<u32> = dialect.meanings.iter().map(|(code, _)| *code).collect();
        assert_eq!(known.len(), dialect.meanings.len(), "a code twice");
        assert!(dialect.meanings.is_sorted(), "{}", dialect.name);
    }
    for entry in commands() {
        let meanings = entry.spec.dialect.meanings;
        for code in entry.spec.answers {
            let has_meaning = meanings.iter().any(|(known, _)| known == code);
            assert!(has_meaning, "{}: {code}", entry.spec.path);
        }
    }
    assert!(GATEWAY_CODES.is_sorted());
}

#[test]
fn the_servers_are_those_of_the_default_settings() {
    let settings = Settings::load(&Sources::default(), Defaults::Dev).unwrap();
    let document = parsed();
    let addresses = |path: &str| -> Vec<String> {
        let servers = document["paths"][path]["servers"].as_array().unwrap().iter();
        let default = |server: &Value| server["variables"]["address"]["default"].clone();
        servers.map(|server| default(server).as_str().unwrap().to_owned()).collect()
    };
    let main = settings.server.listen.to_string();
    let control = settings.control.listen.to_string();
    assert_eq!(addresses("/healthz"), [main.clone(), control.clone()]);
    assert_eq!(addresses("/v4/room_engine_http_srv/create_room"), [main]);
    assert_eq!(addresses("/_guestlist/v1/apps"), [control]);
}
