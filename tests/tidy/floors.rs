//! Imports only look down.
//!
//! Job: find every path of a file that starts at `crate`, `super` or `self`, resolve it, and hold
//! it against the table of floors. Promise: a grouped `use`, a path inside an expression and a
//! `super::super::…` out of the module are all seen. Not here: the table itself (`tests/tidy.rs`),
//! and paths into other crates.

use super::tokens::Token;
use super::{Source, Violation};

/// Modules on one level and what they may import besides themselves.
pub(crate) struct Floor {
    pub(crate) level: u8,
    pub(crate) modules: &'static [&'static str],
    pub(crate) may_import: &'static [&'static str],
}

/// The `may_import` of who may import everything.
pub(crate) const ALL: &[&str] = &["*"];

/// Modules inside this file that the scan is within: name, brace depth, and whether it is a test's.
type Nesting<'a> = Vec<(&'a str, usize, bool)>;

/// Every import of `file` that the table forbids.
pub(crate) fn imports(
    file: &Source,
    tokens: &[Token<'_>],
    floors: &[Floor],
    dialects: &[&[&str]],
) -> Vec<Violation> {
    let home = module_of(&file.path);
    let Some(own) = floor_of(home[0], floors) else {
        return vec![file.violation(1, format!("`{}` stands on no floor of the table", home[0]))];
    };
    let mut found = Vec::new();
    scan(&home, tokens, &mut |path, line, in_test| {
        let verdict = judge(&home, own, path, in_test, floors)
            .or_else(|| rivals(&home, path, dialects).map(str::to_owned));
        if let Some(rule) = verdict {
            found.push(file.violation(line, rule));
        }
    });
    found
}

/// `src/proto/zego/mod.rs` is `proto::zego`; the two crate roots count as `lib` and `main`.
fn module_of(path: &str) -> Vec<&str> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
}

fn floor_of<'a>(module: &str, floors: &'a [Floor]) -> Option<&'a Floor> {
    floors.iter().find(|floor| floor.modules.contains(&module))
}

/// The rule that an import of `path` breaks, if any.
fn judge(
    home: &[&str],
    own: &Floor,
    path: &[&str],
    in_test: bool,
    floors: &[Floor],
) -> Option<String> {
    let (from, to) = (home[0], *path.first()?);
    if from == to || own.may_import == ALL {
        return None;
    }
    let Some(target) = floor_of(to, floors) else {
        return Some(format!("`crate::{to}` is on no floor: name its module"));
    };
    // A test in the file may set its stage with whatever stands on its floor or below.
    if own.may_import.contains(&to) || (in_test && target.level <= own.level) {
        return None;
    }
    Some(format!("`{from}` (floor {}) may not import `{to}` (floor {})", own.level, target.level))
}

/// The rule that one dialect's import of another breaks, tests included.
fn rivals(home: &[&str], path: &[&str], dialects: &[&[&str]]) -> Option<&'static str> {
    let dialect_of = |path: &[&str]| dialects.iter().position(|dialect| path.starts_with(dialect));
    match (dialect_of(home), dialect_of(path)) {
        (Some(from), Some(to)) if from != to => {
            Some("dialects do not import each other: what they share lives above them")
        }
        _ => None,
    }
}

/// Calls `see(path, line, in_test)` for each path of the file, resolved from the crate's root.
fn scan<'a>(home: &[&'a str], tokens: &[Token<'a>], see: &mut dyn FnMut(&[&str], usize, bool)) {
    // A module below a crate root is not below `lib` or `main` in a path.
    let top = if matches!(home, ["lib" | "main"]) { &[] } else { home };
    // `#[cfg(test)] mod tests;` puts a module's tests into files of their own.
    let file_is_test = top.contains(&"tests");
    let mut nesting: Nesting<'a> = Vec::new();
    let mut depth = 0;
    let mut cfg_test = false;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "{" => {
                depth += 1;
                if at >= 2 && tokens[at - 2].text == "mod" {
                    nesting.push((tokens[at - 1].text, depth, cfg_test));
                }
                cfg_test = false;
            }
            "}" => {
                if nesting.last().is_some_and(|(_, opened, _)| *opened == depth) {
                    nesting.pop();
                }
                depth -= 1;
            }
            ";" => cfg_test = false,
            "cfg" if texts(tokens, at + 1, 3).eq(["(", "test", ")"]) => cfg_test = true,
            "crate" | "super" | "self" if is_head(tokens, at) => {
                let in_test = file_is_test || nesting.iter().any(|(_, _, is_test)| *is_test);
                let mut here = top.to_vec();
                here.extend(nesting.iter().map(|(name, _, _)| *name));
                for (path, line) in tree(tokens, at) {
                    see(&resolve(&here, &path), line, in_test);
                }
            }
            _ => {}
        }
    }
}

fn texts<'t>(tokens: &'t [Token<'_>], from: usize, count: usize) -> impl Iterator<Item = &'t str> {
    tokens.iter().skip(from).take(count).map(|token| token.text)
}

/// A path starts here: `::` follows, and none came before.
fn is_head(tokens: &[Token<'_>], at: usize) -> bool {
    texts(tokens, at + 1, 2).eq([":", ":"]) && !(at >= 2 && texts(tokens, at - 2, 2).eq([":", ":"]))
}

/// The paths of the tree that starts at `at`, groups taken apart, each with the line it ends on.
fn tree<'a>(tokens: &[Token<'a>], at: usize) -> Vec<(Vec<&'a str>, usize)> {
    let mut paths = Vec::new();
    branch(tokens, at, &[], &mut paths);
    paths
}

/// Reads one branch of a tree behind `prefix`; returns where it ends.
fn branch<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    prefix: &[&'a str],
    into: &mut Vec<(Vec<&'a str>, usize)>,
) -> usize {
    let mut path = prefix.to_vec();
    let mut line = 0;
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            at += 1;
            while let Some(token) = tokens.get(at).filter(|token| token.text != "}") {
                // A macro's group may hold what is no path; step over it.
                let next = if token.text == "," { at } else { branch(tokens, at, &path, into) };
                at = next.max(at + 1);
            }
            return at + 1;
        }
        let is_segment = token.text == "*" || token.text.starts_with(|c: char| is_ident(c));
        if !is_segment {
            break;
        }
        path.push(token.text);
        line = token.line;
        at += 1;
        if !texts(tokens, at, 2).eq([":", ":"]) {
            break;
        }
        at += 2;
    }
    into.push((path, line));
    // Past `as Name`, or whatever cannot be read, to the next branch.
    while tokens.get(at).is_some_and(|token| !matches!(token.text, "," | "}" | ";" | ")")) {
        at += 1;
    }
    at
}

fn is_ident(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

/// `path`, written in the module `here`, from the crate's root.
fn resolve<'a>(here: &[&'a str], path: &[&'a str]) -> Vec<&'a str> {
    let mut whole = if path[0] == "crate" { Vec::new() } else { here.to_vec() };
    for segment in path {
        match *segment {
            "super" => drop(whole.pop()),
            "crate" | "self" => {}
            name => whole.push(name),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::{DIALECTS, FLOORS, Source, tokens};
    use super::imports;

    /// The lines with a forbidden import.
    fn lines(path: &str, text: &str) -> Vec<usize> {
        let file = Source::new(path, text);
        imports(&file, &tokens::lex(text), FLOORS, DIALECTS)
            .iter()
            .map(|violation| violation.line)
            .collect()
    }

    #[test]
    fn each_floor_of_the_design_imports_what_it_may_and_nothing_else() {
        // The design's table, once more and drawn differently, so that a slip in one shows.
        let all = [
            "domain",
            "sig",
            "store",
            "config",
            "telemetry",
            "engine",
            "proto",
            "callback",
            "control",
            "http",
            "app",
            "testing",
        ];
        let table = [
            ("domain", "x..........."),
            ("sig", ".x.........."),
            ("store", "x.x........."),
            ("config", "x..x........"),
            ("telemetry", "x...x......."),
            ("engine", "xxxxxx......"),
            ("proto", "xx.xxxx....."),
            ("callback", "xx.xxxxx...."),
            ("control", "xx.xxxxxx..."),
            ("http", "xx.xxxxxxx.."),
            ("app", "xxxxxxxxxxxx"),
            ("testing", "xxxxxxxxxxxx"),
        ];
        for (from, row) in table {
            for (to, mark) in all.iter().zip(row.chars()) {
                let path = format!("src/{from}/file.rs");
                let allowed = lines(&path, &format!("use crate::{to}::Thing;")).is_empty();
                assert_eq!(allowed, mark == 'x', "{from} imports {to}");
            }
        }
    }

    #[test]
    fn a_group_is_taken_apart() {
        let text =
            "use crate::{\n    domain::{self, Room},\n    store::{Key as K, Row},\n    http,\n};";
        assert_eq!(lines("src/config/mod.rs", text), [3, 3, 4]);
    }

    #[test]
    fn a_path_in_an_expression_or_a_type_is_an_import() {
        let text = "fn f(\n  k: crate::store::Key,\n) {\n  crate::http::go::<u8>()\n}";
        assert_eq!(lines("src/domain/room.rs", text), [2, 4]);
    }

    #[test]
    fn super_does_not_lead_around_the_rule() {
        assert_eq!(lines("src/domain/room.rs", "use super::super::store::Key;"), [1]);
        assert_eq!(lines("src/domain/room.rs", "mod a { use super::super::super::sig::K; }"), [1]);
        assert_eq!(lines("src/domain/room.rs", "use self::super::super::sig::K;"), [1]);
        assert!(lines("src/domain/room.rs", "use super::{seats, members::Member};").is_empty());
        assert!(lines("src/domain/room.rs", "mod a { use super::super::seats; }").is_empty());
    }

    #[test]
    fn a_group_in_a_macro_ends() {
        let text =
            "macro_rules! m { ($($x:ident),*) => { use $crate::{$($x),*}; } }\nuse crate::sig::A;";
        assert_eq!(lines("src/domain/room.rs", text).last(), Some(&2));
    }

    #[test]
    fn comments_strings_and_visibility_are_no_imports() {
        let text = "/// [`crate::store::Key`]\npub(crate) const A: &str = \"crate::store::Key\";";
        assert!(lines("src/domain/room.rs", text).is_empty());
    }

    #[test]
    fn dialects_do_not_import_each_other() {
        let room = "src/proto/tencent/room/create_room.rs";
        assert_eq!(lines(room, "use crate::proto::tencent::chat::Group;"), [1]);
        assert_eq!(lines(room, "use super::super::chat::Group;"), [1]);
        assert_eq!(lines(room, "use crate::proto::zego::Reply;"), [1]);
        assert_eq!(lines("src/proto/zego/mod.rs", "use crate::proto::tencent::room::R;"), [1]);
        assert!(lines(room, "use crate::proto::tencent::Envelope;\nuse super::codes;").is_empty());
        assert!(lines("src/proto/tencent/mod.rs", "use crate::proto::tencent::room;").is_empty());
    }

    #[test]
    fn a_test_in_the_file_may_import_its_own_floor_and_below() {
        let test = |import: &str| format!("#[cfg(test)]\nmod tests {{\n  use {import};\n}}");
        assert!(lines("src/proto/zego/mod.rs", &test("crate::store::Memory")).is_empty());
        assert!(lines("src/domain/room.rs", &test("crate::sig::Key")).is_empty());
        assert_eq!(lines("src/domain/room.rs", &test("crate::store::Memory")), [3]);
        let after = test("crate::sig::Key") + "\nuse crate::sig::Key;";
        assert_eq!(lines("src/domain/room.rs", &after), [5], "the test module ended");
        for path in ["src/domain/tests.rs", "src/domain/tests/room.rs"] {
            assert!(lines(path, "use crate::sig::Key;").is_empty(), "{path}");
            assert_eq!(lines(path, "use crate::store::Key;"), [1], "{path}");
        }
        let other = "#[cfg(test)]\nuse a::B;\nmod c { use crate::sig::Key; }";
        assert_eq!(lines("src/domain/room.rs", other), [3], "the attribute was another item's");
    }

    #[test]
    fn whatever_has_no_floor_is_a_violation() {
        assert_eq!(lines("src/util/mod.rs", ""), [1]);
        assert_eq!(lines("src/engine/mod.rs", "use crate::Result;"), [1]);
        assert_eq!(lines("src/engine/mod.rs", "use crate::*;"), [1]);
        assert!(lines("src/lib.rs", "pub mod store;\npub use self::store::Key;").is_empty());
        assert!(lines("src/main.rs", "use guestlist::app;").is_empty());
    }
}
