//! The house rules, checked on the source tree as text.
//!
//! Job: hold the table of floors (`ARCHITECTURE.md` tells its story) and the rules that no compiler
//! knows, and name file, line and rule of every violation at once. Promise: each rule is proven
//! below to catch a small fake that breaks it, so a green run means something. Not here: whatever
//! rustfmt, clippy and rustdoc check already.

#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/tokens.rs"]
mod tokens;

use std::fmt;
use std::fs;
use std::path::Path;

use floors::Floor;

/// Imports only look down: who stands where, and what each may import besides itself.
///
/// From floor 3 up, `store` is missing on purpose: whoever answers requests asks the engine.
const FLOORS: &[Floor] = &[
    Floor { level: 0, modules: &["domain", "sig"], may_import: &[] },
    Floor { level: 1, modules: &["store", "config", "telemetry"], may_import: &["domain"] },
    Floor {
        level: 2,
        modules: &["engine"],
        may_import: &["domain", "sig", "store", "config", "telemetry"],
    },
    Floor {
        level: 3,
        modules: &["proto"],
        may_import: &["domain", "sig", "config", "telemetry", "engine"],
    },
    Floor {
        level: 4,
        modules: &["callback"],
        may_import: &["domain", "sig", "config", "telemetry", "engine", "proto"],
    },
    Floor {
        level: 5,
        modules: &["control"],
        may_import: &["domain", "sig", "config", "telemetry", "engine", "proto", "callback"],
    },
    Floor {
        level: 6,
        modules: &["http"],
        may_import: &[
            "domain",
            "sig",
            "config",
            "telemetry",
            "engine",
            "proto",
            "callback",
            "control",
        ],
    },
    // The one place that knows concrete types. `lib` is src/lib.rs.
    Floor { level: 7, modules: &["app", "main", "testing", "lib"], may_import: floors::ALL },
];

/// Dialects that never import each other; what they share lives above them, in `proto/tencent`.
const DIALECTS: &[&[&str]] =
    &[&["proto", "tencent", "room"], &["proto", "tencent", "chat"], &["proto", "zego"]];

/// Where Rust is read. A directory that does not exist yet breaks no rule.
const ROOTS: &[&str] = &["src", "tests", "benches", "examples", "fuzz/fuzz_targets"];

/// One file: its path from the repository's root, with `/`, and its text.
pub(crate) struct Source {
    path: String,
    text: String,
}

/// A broken rule and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    path: String,
    line: usize,
    rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.rule)
    }
}

impl Source {
    /// A source of the tree, or a fake one of a self-test.
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// A violation in this file.
    pub(crate) fn violation(&self, line: usize, rule: impl Into<String>) -> Violation {
        Violation { path: self.path.clone(), line, rule: rule.into() }
    }

    /// The file is the library's or the program's, as opposed to a test's.
    pub(crate) fn is_product(&self) -> bool {
        self.path.starts_with("src/")
    }
}

/// Every broken rule of `files`.
fn violations(files: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        let tokens = tokens::lex(&file.text);
        found.extend(rules::length(file));
        found.extend(rules::banned_words(file, &tokens));
        if file.is_product() {
            found.extend(floors::imports(file, &tokens, FLOORS, DIALECTS));
            found.extend(rules::opening_doc(file));
            found.extend(rules::catch_all_in_codes(file, &tokens));
        }
    }
    found.extend(rules::commands(files));
    found
}

/// All files below `directory` whose names end in `.rs`, in a stable order.
fn read_tree(root: &Path, directory: &Path, into: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a directory entry").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_tree(root, &path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("below the root");
            let name = name.to_str().expect("a UTF-8 path").replace('\\', "/");
            into.push(Source::new(name, fs::read_to_string(&path).expect("a UTF-8 file")));
        }
    }
}

/// One line for each violation: what a failing test prints.
fn listed(found: &[Violation]) -> String {
    found.iter().map(|violation| format!("\n  {violation}")).collect()
}

#[test]
fn the_house_is_in_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for name in ROOTS {
        read_tree(root, &root.join(name), &mut files);
    }
    assert!(
        files.iter().any(|file| file.path == "src/lib.rs")
            && files.iter().any(|file| file.path == "tests/tidy/tokens.rs"),
        "the tree was not read"
    );
    let found = violations(&files);
    assert!(found.is_empty(), "{} broken rules:{}", found.len(), listed(&found));
}

#[test]
fn every_dependency_says_why_it_is_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path| fs::read_to_string(root.join(path)).expect("a manifest");
    let manifests = ["Cargo.toml", "fuzz/Cargo.toml"].map(|path| Source::new(path, read(path)));
    let found: Vec<_> = manifests.iter().flat_map(rules::dependency_reasons).collect();
    assert!(found.is_empty(), "{} broken rules:{}", found.len(), listed(&found));
}

#[test]
fn a_directory_that_does_not_exist_is_empty() {
    let mut files = Vec::new();
    read_tree(Path::new("/"), Path::new("/no/such/directory"), &mut files);
    assert!(files.is_empty());
}

#[test]
fn a_violation_names_file_line_and_rule() {
    let fake = Source::new("src/domain/room.rs", "//! Rooms.\n\nuse crate::store::Key;\n");
    assert_eq!(
        listed(&violations(&[fake])),
        "\n  src/domain/room.rs:3: `domain` (floor 0) may not import `store` (floor 1)"
    );
}
