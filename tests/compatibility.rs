//! `docs/compatibility.md` lists the commands that the dialects list, and says of every code of
//! each which test causes it, or why nobody can.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use guestlist::proto::tencent::{Dialect, Entry, chat, commands, dialects, room};
use guestlist::proto::zego;

const PAGE: &str = "docs/compatibility.md";
const BEGIN: &str = "<!-- commands:begin -->\n";
const END: &str = "<!-- commands:end -->";

/// A section of the page: its heading, and the commands that it is about.
type Section = (&'static str, Vec<Spec>);

/// What is documented of a command or an action.
#[derive(Debug, Clone)]
struct Spec {
    /// What stands in the table.
    path: &'static str,
    /// What stands in the rows of codes.
    name: &'static str,
    page: &'static str,
    calls_per_second: u32,
    codes: &'static [u32],
    answers: &'static [u32],
    /// Of Tencent's commands.
    dialect: Option<&'static str>,
}

impl Spec {
    fn name(&self) -> &'static str {
        self.name
    }

    fn of_tencent(entry: &'static Entry) -> Self {
        let spec = &entry.spec;
        Self {
            path: spec.path,
            name: spec.name(),
            page: spec.page,
            calls_per_second: spec.calls_per_second,
            codes: spec.codes,
            answers: spec.answers,
            dialect: Some(spec.dialect.name),
        }
    }

    fn of_zego(entry: &'static zego::Entry) -> Self {
        let spec = &entry.spec;
        Self {
            path: spec.action,
            name: spec.action,
            page: spec.page,
            calls_per_second: spec.calls_per_second,
            codes: spec.codes,
            answers: spec.answers,
            dialect: None,
        }
    }
}

fn sections() -> [Section; 3] {
    let tencent = |commands: &'static [Entry]| commands.iter().map(Spec::of_tencent).collect();
    [
        ("## Tencent RTC Conference: RoomEngine\n", tencent(room::COMMANDS)),
        ("## Tencent Chat: groups and accounts\n", tencent(chat::COMMANDS)),
        ("## ZEGO: rooms\n", zego::ACTIONS.iter().map(Spec::of_zego).collect()),
    ]
}

/// What stands before a section's text, the text up to the next heading, and what stands behind.
fn section<'p>(page: &'p str, heading: &str) -> (&'p str, &'p str, &'p str) {
    let start = page.find(heading).unwrap_or_else(|| panic!("{PAGE} has no {heading}"));
    let start = start + heading.len();
    let length = page[start..].find("\n## ").unwrap_or(page.len() - start);
    let (text, after) = page[start..].split_at(length);
    (&page[..start], text, after)
}

/// Columns of the codes that are caused. `every one` stands for each command that answers them.
const CAUSED: &str = "| command | code | when | test |";
/// Columns of the codes that a command's page lists and that cannot be caused; `every one` as above.
const NOT_CAUSED: &str = "| command | code | why |";
const EVERY_ONE: &str = "every one";
/// Test of the row before.
const THE_SAME: &str = "the same";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(root().join(PAGE)).unwrap()
}

fn table(commands: &[Spec]) -> String {
    let mut table = String::from(
        "| command | page | calls per second | private codes of the page |\n|---|---|---|---|\n",
    );
    for spec in commands {
        let codes: Vec<String> = spec.codes.iter().map(ToString::to_string).collect();
        let (path, page, calls) = (spec.path, spec.page, spec.calls_per_second);
        table += &format!("| `{path}` | <{page}> | {calls} | {} |\n", codes.join(", "));
    }
    table
}

/// `BLESS=1 cargo test --test compatibility` writes the tables.
#[test]
fn the_tables_of_commands_are_those_of_the_code() {
    let sections = sections();
    let listed: usize = sections.iter().map(|(_, commands)| commands.len()).sum();
    let known = commands().count() + zego::ACTIONS.len();
    assert_eq!(listed, known, "each command has a section");
    for (heading, commands) in sections {
        let page = page();
        let (above, text, below) = section(&page, heading);
        let (before, rest) = text.split_once(BEGIN).expect("the table has a place");
        let (written, after) = rest.split_once(END).expect("the place has an end");
        if std::env::var_os("BLESS").is_some() {
            let table = table(&commands);
            let blessed = format!("{above}{before}{BEGIN}{table}{END}{after}{below}");
            fs::write(root().join(PAGE), blessed).unwrap();
        } else {
            assert_eq!(written, table(&commands));
        }
    }
}

/// A row of either table.
struct Row {
    /// The commands' names, `every one`, or who else answers codes.
    whose: Vec<String>,
    codes: Vec<u32>,
    /// The tests that cause them, or why nobody can.
    rest: Vec<String>,
}

/// The names in backticks of a cell, or the cell itself.
fn names(cell: &str) -> Vec<String> {
    let quoted: Vec<String> = cell.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect();
    if quoted.is_empty() { vec![cell.to_owned()] } else { quoted }
}

/// The rows of the table with these columns. An empty command is that of the row before; so are
/// the tests that are `the same`.
fn rows(page: &str, columns: &str) -> Vec<Row> {
    let lines = page.lines().skip_while(|line| *line != columns).skip(2);
    let mut rows: Vec<Row> = Vec::new();
    for line in lines.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        assert_eq!(cells.len(), columns.matches('|').count() - 1, "{PAGE}: {line}");
        let before = rows.last();
        let whose = match (cells[0], before) {
            ("", Some(before)) => before.whose.clone(),
            (cell, _) => names(cell),
        };
        let codes = cells[1].split(", ").map(|code| code.parse().expect("a code")).collect();
        let last = cells[cells.len() - 1];
        let mut rest = Vec::new();
        if columns == NOT_CAUSED {
            rest.push(last.to_owned());
        } else {
            let same = before.filter(|_| last.starts_with(THE_SAME));
            rest.extend(same.into_iter().flat_map(|before| before.rest.clone()));
            rest.extend(names(last).into_iter().filter(|name| name != THE_SAME));
        }
        rows.push(Row { whose, codes, rest });
    }
    assert!(!rows.is_empty(), "{PAGE} has no table `{columns}`");
    rows
}

/// Every function of the tests and sources, by name: whether a test stands right above it.
fn functions() -> BTreeMap<String, bool> {
    fn read(directory: &Path, into: &mut BTreeMap<String, bool>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                scan(&fs::read_to_string(&path).unwrap(), into);
            }
        }
    }
    let mut functions = BTreeMap::new();
    for directory in ["tests", "src"] {
        read(&root().join(directory), &mut functions);
    }
    functions
}

fn scan(source: &str, into: &mut BTreeMap<String, bool>) {
    let mut above = "";
    for line in source.lines().map(str::trim) {
        let function = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ");
        if let Some((name, _)) = function.and_then(|rest| rest.split_once('(')) {
            let is_test = above.starts_with("#[test]") || above.starts_with("#[tokio::test");
            *into.entry(name.to_owned()).or_default() |= is_test;
        }
        above = line;
    }
}

/// What the page says wrongly, or not at all, of the codes of these commands.
fn faults(page: &str, specs: &[Spec], functions: &BTreeMap<String, bool>) -> Vec<String> {
    let (caused, not_caused) = (rows(page, CAUSED), rows(page, NOT_CAUSED));
    let mut faults = Vec::new();
    for spec in specs {
        faults.extend(left_out(spec, &caused, &not_caused));
    }
    for row in &caused {
        faults.extend(untested(row, functions));
        faults.extend(not_answered(row, specs));
    }
    for row in &not_caused {
        faults.extend(not_listed(row, specs));
    }
    faults
}

/// Codes of a command that stand in no row, or in the wrong table.
fn left_out(spec: &Spec, caused: &[Row], not_caused: &[Row]) -> Vec<String> {
    let stands = |rows: &[Row], name: &str, code: u32| {
        let mut rows = rows.iter();
        rows.any(|row| row.whose.iter().any(|whose| whose == name) && row.codes.contains(&code))
    };
    let name = spec.name();
    let mut faults = Vec::new();
    for code in spec.answers {
        if !stands(caused, EVERY_ONE, *code) && !stands(caused, name, *code) {
            faults.push(format!(
                "`{name}` answers {code}, which stands in no row: add `| `{name}` | {code} | when \
                 | `the test that causes it` |` below `{CAUSED}`"
            ));
        }
        if stands(not_caused, name, *code) {
            faults.push(format!("`{name}` answers {code}, and yet it is said not to be caused"));
        }
    }
    for code in spec.codes.iter().filter(|code| !spec.answers.contains(code)) {
        if !stands(not_caused, EVERY_ONE, *code) && !stands(not_caused, name, *code) {
            faults.push(format!(
                "the page of `{name}` lists {code}, which it does not answer: add `| `{name}` | \
                 {code} | why nobody can cause it |` below `{NOT_CAUSED}`, or answer it"
            ));
        }
    }
    faults
}

/// Tests of a row that are none.
fn untested(row: &Row, functions: &BTreeMap<String, bool>) -> Vec<String> {
    let fault = |name: &String| match functions.get(name) {
        Some(true) => None,
        Some(false) => Some(format!("`{name}` is no test")),
        None => Some(format!("there is no test `{name}` in tests/ or src/")),
    };
    row.rest.iter().filter_map(fault).collect()
}

/// Codes of a row that its commands do not answer. Whoever is no command answers on the control
/// plane.
fn not_answered(row: &Row, specs: &[Spec]) -> Vec<String> {
    let answered = |name: &str, code: u32| {
        let spec = specs.iter().find(|spec| spec.name() == name);
        spec.map_or(!name.contains('_'), |spec| spec.answers.contains(&code))
    };
    let wrong = pairs(row).filter(|(name, code)| !answered(name, *code));
    wrong.map(|(name, code)| format!("`{name}` does not answer {code}, as a row says")).collect()
}

/// Codes of a row that its commands' pages do not list, or that lack a reason.
fn not_listed(row: &Row, specs: &[Spec]) -> Vec<String> {
    let listed = |name: &str, code: u32| {
        specs.iter().any(|spec| spec.name() == name && spec.codes.contains(&code))
    };
    let wrong = pairs(row).filter(|(name, code)| !listed(name, *code));
    let wrong =
        wrong.map(|(name, code)| format!("{code} is not on the page of `{name}`, as a row says"));
    let silent = row.rest.iter().filter(|why| why.is_empty());
    let (codes, whose) = (&row.codes, &row.whose);
    wrong
        .chain(silent.map(|_| format!("nobody says why {codes:?} of {whose:?} are not caused")))
        .collect()
}

/// Each command of a row with each code.
fn pairs(row: &Row) -> impl Iterator<Item = (&str, u32)> {
    let whose = row.whose.iter().filter(|whose| *whose != EVERY_ONE);
    whose.flat_map(|name| row.codes.iter().map(|code| (name.as_str(), *code)))
}

#[test]
fn every_code_of_every_command_is_caused_by_a_test_or_not_at_all() {
    let (page, functions) = (page(), functions());
    for (heading, specs) in sections() {
        let (_, text, _) = section(&page, heading);
        let faults = faults(text, &specs, &functions);
        assert!(faults.is_empty(), "{PAGE}: {heading}  {}", faults.join("\n  "));
    }
}

#[test]
fn every_code_of_each_dialect_stands_in_a_row() {
    let page = page();
    for (heading, specs) in sections() {
        let (_, text, _) = section(&page, heading);
        let rows = rows(text, CAUSED);
        let stands = |code: &u32| rows.iter().any(|row| row.codes.contains(code));
        // What no command answers can be caused on the control plane alone, by the room's dialect.
        let by_room = specs.iter().any(|spec| spec.dialect == Some(room::DIALECT.name));
        let answered = |code: &u32| by_room || specs.iter().any(|spec| spec.answers.contains(code));
        let here = |dialect: &&Dialect| specs.iter().any(|spec| spec.dialect == Some(dialect.name));
        let of_tencent = dialects().filter(here).flat_map(|dialect| dialect.meanings);
        let of_zego = specs.iter().any(|spec| spec.dialect.is_none());
        let of_zego = of_zego.then(|| zego::COMMON_CODES.iter().chain(zego::MEANINGS));
        let codes = of_tencent.map(|(code, _)| code).filter(|code| answered(code));
        let codes = codes.chain(of_zego.into_iter().flatten().map(|(code, _)| code));
        let missing: Vec<&u32> = codes.filter(|code| !stands(code)).collect();
        assert!(missing.is_empty(), "{PAGE}: {heading}: no row has {missing:?}");
    }
}

#[test]
fn what_the_page_says_wrongly_is_found() {
    let kick = commands().find(|entry| entry.spec.name() == "kick_user_out").unwrap();
    let kick = Spec::of_tencent(kick);
    let mut functions = BTreeMap::new();
    scan(
        "#[test]\nfn a_test() {}\n#[tokio::test]\nasync fn another() {}\nfn helper() {}",
        &mut functions,
    );
    let good = format!(
        "{CAUSED}\n|---|---|---|---|\n| every one | 100001, 100002, 100004 | when | `a_test` |\n\
         | `kick_user_out` | 100005 | when | the same, `another` |\n| entry | 100018 | x | the same |\n\n\
         {NOT_CAUSED}\n|---|---|---|\n| `kick_user_out` | 100006 | because |\n"
    );
    let said = |page: &str| faults(page, std::slice::from_ref(&kick), &functions).join("\n");
    assert_eq!(said(&good), "");
    let rows = [
        ("`another`", "`nowhere`", "there is no test `nowhere`"),
        ("`another`", "`helper`", "`helper` is no test"),
        ("| 100005 |", "| 100004 |", "`kick_user_out` answers 100005, which stands in no row"),
        ("| 100005 |", "| 100005, 100009 |", "`kick_user_out` does not answer 100009"),
        ("| entry |", "| `ban_member` |", "`ban_member` does not answer 100018"),
        ("| 100006 |", "| 100005 |", "`kick_user_out` answers 100005, and yet"),
        ("| 100006 |", "| 100007 |", "the page of `kick_user_out` lists 100006, which it does not"),
        ("| 100006 |", "| 100006, 100007 |", "100007 is not on the page of `kick_user_out`"),
        ("| because |", "| |", "nobody says why [100006]"),
    ];
    for (there, instead, fault) in rows {
        let bad = good.replacen(there, instead, 1);
        assert!(said(&bad).contains(fault), "{instead}: {}", said(&bad));
    }
}
