//! `docs/compatibility.md` lists the commands that the dialects list.

use std::path::Path;

use guestlist::proto::tencent::room;

const BEGIN: &str = "<!-- commands:begin -->\n";
const END: &str = "<!-- commands:end -->";

fn table() -> String {
    let mut table = String::from(
        "| command | page | calls per second | private codes of the page |\n|---|---|---|---|\n",
    );
    for entry in room::COMMANDS {
        let spec = &entry.spec;
        let codes: Vec<String> = spec.codes.iter().map(ToString::to_string).collect();
        let (path, page, calls) = (spec.path, spec.page, spec.calls_per_second);
        table += &format!("| `{path}` | <{page}> | {calls} | {} |\n", codes.join(", "));
    }
    table
}

/// `BLESS=1 cargo test --test compatibility` writes the table.
#[test]
fn the_table_of_commands_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compatibility.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the table has a place");
    let (written, after) = rest.split_once(END).expect("the place has an end");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
    } else {
        assert_eq!(written, table());
    }
}
