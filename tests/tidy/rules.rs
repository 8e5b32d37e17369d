//! The rules besides the floors, one function each.
//!
//! Job: say what is wrong in one file (or, for commands, in a dialect's directory). Promise: a
//! rule reads tokens where a comment or a string could deceive it, and each has a self-test.

use super::tokens::{Token, lex, lines_of};
use super::{Source, Violation};

/// The longest a file may be. About half is the aim; nobody counts that.
const FILE_LINES_MAX: usize = 800;

/// A file that has outgrown its idea.
pub(crate) fn length(file: &Source) -> Option<Violation> {
    let lines = file.text.lines().count();
    let rule = format!("{lines} lines, at most {FILE_LINES_MAX}: split it by idea");
    (lines > FILE_LINES_MAX).then(|| file.violation(lines, rule))
}

/// Each file says what it is for before anything else.
pub(crate) fn opening_doc(file: &Source) -> Option<Violation> {
    let opens = file.text.lines().find(|line| !line.trim().is_empty());
    let documented = opens.is_some_and(|line| line.starts_with("//!"));
    (!documented).then(|| file.violation(1, "the file does not open with a `//!` doc"))
}

/// What no file may say, and what only the command line may.
pub(crate) fn banned_words(file: &Source, tokens: &[Token<'_>]) -> Vec<Violation> {
    const EVERYWHERE: &[(&str, &str)] = &[
        ("# [ allow (", "`#[allow]`: write `#[expect(…, reason = \"…\")]`"),
        ("# ! [ allow (", "`#![allow]`: write `#![expect(…, reason = \"…\")]`"),
        ("# [ ignore", "`#[ignore]`: a test runs or is not there"),
        ("todo ! (", "`todo!`: nothing is left to do in what is handed in"),
        ("unimplemented ! (", "`unimplemented!`: no stubs"),
    ];
    const PRODUCT: &[(&str, &str)] = &[
        ("println ! (", "`println!` outside the command line"),
        ("eprintln ! (", "`eprintln!` outside the command line: use tracing"),
        ("print ! (", "`print!` outside the command line"),
        ("eprint ! (", "`eprint!` outside the command line: use tracing"),
    ];
    let may_print = !file.is_product()
        || ["src/main.rs", "src/app.rs"].contains(&file.path.as_str())
        || file.path.starts_with("src/app/");
    let product = if may_print { &[] } else { PRODUCT };
    EVERYWHERE
        .iter()
        .chain(product)
        .flat_map(|(pattern, rule)| {
            lines_of(tokens, pattern).into_iter().map(|line| file.violation(line, *rule))
        })
        .collect()
}

/// In a dialect's table of codes a new refusal must stop the build, so nothing catches the rest:
/// neither `_` nor a name that takes any value.
pub(crate) fn catch_all_in_codes(file: &Source, tokens: &[Token<'_>]) -> Vec<Violation> {
    if !(file.path.starts_with("src/proto/") && file.path.ends_with("/codes.rs")) {
        return Vec::new();
    }
    tokens
        .windows(4)
        .filter(|w| {
            let opens_an_arm = matches!(w[0].text, "{" | "," | "}" | "|" | "]");
            let takes_anything = w[1].text.starts_with(|c: char| c == '_' || c.is_lowercase())
                && !matches!(w[1].text, "true" | "false");
            opens_an_arm && takes_anything && w[2].text == "=" && w[3].text == ">"
        })
        .map(|w| {
            let rule = format!("`{} =>` in a table of codes: name every refusal", w[1].text);
            file.violation(w[1].line, rule)
        })
        .collect()
}

/// How the test with a command's documented request, and reply if there is one, is called.
const SAMPLE: &str = "the_documented_request_";

/// A command's file holds a test with its sample, and its dialect's list names it once.
pub(crate) fn commands(files: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in files {
        let Some(directory) = dialect_directory(&file.path) else { continue };
        let tokens = lex(&file.text);
        let Some((name, line)) = command_of(&tokens) else { continue };
        let tests = lines_of(&tokens, "# [ test ]").len()
            + lines_of(&tokens, "# [ tokio : : test ]").len()
            + lines_of(&tokens, "# [ tokio : : test (").len();
        let sample = tokens.windows(2).any(|w| w[0].text == "fn" && w[1].text.starts_with(SAMPLE));
        if tests == 0 || !sample {
            let rule = format!("{name}: no test `{SAMPLE}…` with the documented sample");
            found.push(file.violation(line, rule));
        }
        let list = format!("{directory}/mod.rs");
        let listed = files.iter().find(|other| other.path == list).map_or(0, |other| {
            let stem = file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
            times_listed(&lex(&other.text), name, stem)
        });
        if listed != 1 {
            let rule = format!("{name}: {listed} times in COMMANDS of {list}, must be once");
            found.push(file.violation(line, rule));
        }
    }
    found
}

/// `src/proto/tencent/room/create_room.rs` lives in `src/proto/tencent/room`.
fn dialect_directory(path: &str) -> Option<&str> {
    const TENCENT: &str = "src/proto/tencent/";
    let (dialect, _) = path.strip_prefix(TENCENT)?.split_once('/')?;
    Some(&path[..TENCENT.len() + dialect.len()])
}

/// The type that a file makes a command, and where.
fn command_of<'a>(tokens: &[Token<'a>]) -> Option<(&'a str, usize)> {
    tokens.windows(4).find_map(|w| {
        let is_command = ["impl", "Command", "for"].iter().zip(w).all(|(word, t)| *word == t.text);
        is_command.then(|| (w[3].text, w[3].line))
    })
}

/// How often the value of `const COMMANDS` names a command, by its type or else by its module.
fn times_listed(tokens: &[Token<'_>], name: &str, module: &str) -> usize {
    let Some(start) =
        tokens.windows(2).position(|w| w[0].text == "const" && w[1].text == "COMMANDS")
    else {
        return 0;
    };
    // Its type may hold a `;` of its own (`[T; 6]`), its value comes after `=`.
    let value = tokens[start..].iter().skip_while(|token| token.text != "=");
    let value: Vec<&str> = value.map(|token| token.text).take_while(|text| *text != ";").collect();
    let times = |word: &str| value.iter().filter(|text| **text == word).count();
    if times(name) > 0 { times(name) } else { times(module) }
}

/// Each dependency has a comment right above it that says why it is there.
pub(crate) fn dependency_reasons(manifest: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut in_dependencies = false;
    let mut open_brackets = 0;
    let mut above = "";
    for (index, line) in manifest.text.lines().enumerate() {
        let line = line.trim();
        // `[dependencies]` holds lines; `[dependencies.name]` is a dependency itself.
        let header = line.strip_prefix('[').filter(|_| open_brackets == 0);
        let is_dependency = match header {
            Some(header) => {
                in_dependencies = header.ends_with("dependencies]");
                header.contains("dependencies.")
            }
            None => in_dependencies && open_brackets == 0 && is_assignment(line),
        };
        if is_dependency && !above.starts_with('#') {
            let name = line.split('=').next().unwrap_or_default().trim();
            let rule = format!("{name}: no comment above it says why it is here");
            found.push(manifest.violation(index + 1, rule));
        }
        if header.is_none() && !line.starts_with('#') {
            open_brackets += line.matches(['[', '{']).count();
            open_brackets -= line.matches([']', '}']).count().min(open_brackets);
        }
        above = line;
    }
    found
}

fn is_assignment(line: &str) -> bool {
    line.contains('=') && !line.starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &str = "src/proto/tencent/room";
    const COMMAND: &str =
        "//! D.\nimpl Command for CreateRoom {}\n#[test]\nfn the_documented_request_is_done() {}\n";

    fn banned(path: &str, text: &str) -> Vec<usize> {
        let file = Source::new(path, text);
        banned_words(&file, &lex(text)).iter().map(|violation| violation.line).collect()
    }

    fn catch_alls(path: &str, text: &str) -> Vec<usize> {
        let file = Source::new(path, text);
        catch_all_in_codes(&file, &lex(text)).iter().map(|violation| violation.line).collect()
    }

    /// The rules broken by one command and the list that should name it.
    fn command_rules(command: &str, list: &str) -> Vec<String> {
        let files = [
            Source::new(format!("{ROOM}/create_room.rs"), command),
            Source::new(format!("{ROOM}/mod.rs"), list),
        ];
        commands(&files).into_iter().map(|violation| violation.rule).collect()
    }

    fn unreasoned(text: &str) -> Vec<usize> {
        let manifest = Source::new("Cargo.toml", text);
        dependency_reasons(&manifest).iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn a_file_ends_at_800_lines() {
        assert_eq!(length(&Source::new("src/a.rs", "x\n".repeat(FILE_LINES_MAX))), None);
        assert!(length(&Source::new("src/a.rs", "x\n".repeat(FILE_LINES_MAX + 1))).is_some());
    }

    #[test]
    fn a_file_opens_with_its_doc() {
        assert_eq!(opening_doc(&Source::new("src/a.rs", "\n//! A.\nuse b;")), None);
        assert!(opening_doc(&Source::new("src/a.rs", "use b;\n//! A.")).is_some());
        assert!(opening_doc(&Source::new("src/a.rs", "// A.")).is_some());
        assert!(opening_doc(&Source::new("src/a.rs", "")).is_some());
    }

    #[test]
    fn banned_words_are_found_in_code_only() {
        assert_eq!(banned("src/a/b.rs", "#[allow(dead_code)]\n#![allow(x)]"), [1, 2]);
        assert_eq!(banned("tests/it/main.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}"), [2]);
        assert_eq!(banned("benches/http.rs", "todo!()\n"), [1]);
        assert_eq!(banned("src/a/b.rs", "unimplemented!(\"x\")"), [1]);
        assert!(banned("src/a/b.rs", "// todo!()\nlet a = \"#[allow(x)] todo!()\";").is_empty());
    }

    #[test]
    fn only_the_command_line_prints() {
        assert_eq!(banned("src/engine/mod.rs", "println!(\"a\");\neprintln!(\"b\");"), [1, 2]);
        assert_eq!(banned("src/appendix.rs", "print!(\"a\");\neprint!(\"b\");"), [1, 2]);
        for path in ["src/app/mod.rs", "src/app.rs", "src/main.rs", "tests/it/main.rs"] {
            assert!(banned(path, "println!(\"a\"); eprintln!(\"b\");").is_empty(), "{path}");
        }
    }

    #[test]
    fn a_table_of_codes_names_every_refusal() {
        let codes = "src/proto/tencent/room/codes.rs";
        assert_eq!(catch_alls(codes, "match r {\n  R::A => 1,\n  _ => 2,\n}"), [3]);
        assert_eq!(catch_alls(codes, "match r {\n  R::A => 1,\n  other => 2,\n}"), [3]);
        assert_eq!(catch_alls(codes, "match r {\n  R::A | _ => 2,\n}"), [2]);
        assert!(catch_alls(codes, "match r { R::A(_) => 1, R::B { .. } => 2 }").is_empty());
        assert!(catch_alls(codes, "match s { true => 1, false => 2 }").is_empty());
        assert!(catch_alls("src/proto/tencent/room/mod.rs", "match r { _ => 2 }").is_empty());
    }

    #[test]
    fn a_command_is_tested_and_listed_once() {
        let list = |value: &str| format!("//! D.\npub const COMMANDS: [&str; 1] = {value};\n");
        assert!(command_rules(COMMAND, &list("&[create_room::CreateRoom]")).is_empty());
        assert!(command_rules(COMMAND, &list("&[create_room::ROUTE]")).is_empty());
        let named =
            "CreateRoom: 0 times in COMMANDS of src/proto/tencent/room/mod.rs, must be once";
        assert_eq!(command_rules(COMMAND, &list("&[DestroyRoom]")), [named]);
        assert_eq!(command_rules(COMMAND, "//! D.\nuse create_room::CreateRoom;"), [named]);
        let twice = command_rules(COMMAND, &list("&[CreateRoom, CreateRoom]"));
        assert_eq!(twice, [named.replace("0 times", "2 times")]);
        for (there, instead) in [("#[test]", ""), ("the_documented_request_is", "a_request_is")] {
            let untested = COMMAND.replace(there, instead);
            let rules = command_rules(&untested, &list("&[CreateRoom]"));
            let rule = "CreateRoom: no test `the_documented_request_…` with the documented sample";
            assert_eq!(rules, [rule]);
        }
        for test in ["#[tokio::test]", "#[tokio::test(start_paused = true)]"] {
            let command = COMMAND.replace("#[test]", test);
            assert!(command_rules(&command, &list("&[CreateRoom]")).is_empty(), "{test}");
        }
    }

    #[test]
    fn what_is_no_command_needs_no_place_in_the_list() {
        assert!(command_rules("//! D.\nstruct Shared;", "//! D.").is_empty());
        let shared = Source::new("src/proto/tencent/command.rs", "impl Command for Fake {}");
        assert!(commands(&[shared]).is_empty());
        assert_eq!(dialect_directory("src/proto/tencent/room/create_room.rs"), Some(ROOM));
        assert_eq!(dialect_directory("src/proto/tencent/command.rs"), None);
        assert_eq!(dialect_directory("src/proto/zego/list.rs"), None);
    }

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        assert_eq!(unreasoned("[dependencies]\n# Why.\na = \"1\"\nb = \"2\"\n"), [4]);
        assert_eq!(unreasoned("[dev-dependencies]\na = \"1\"\n"), [2]);
        assert_eq!(unreasoned("[dependencies.a]\nversion = \"1\"\n"), [1]);
        assert_eq!(unreasoned("[target.'cfg(unix)'.dependencies]\na = \"1\"\n"), [2]);
        let lines =
            "[dependencies]\n# Why.\na = { version = \"1\", features = [\n  \"x=y\",\n] }\n";
        assert!(unreasoned(lines).is_empty());
        assert!(unreasoned("[package]\nname = \"a\"\n[lints.rust]\nb = \"deny\"\n").is_empty());
    }
}
