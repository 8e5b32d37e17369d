//! `examples`, by the commands of their page: the program, the vendor's own libraries, real test
//! runners.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::libraries::{self, NPM, PIP, run};
use crate::pages::Page;

/// The blocks of commands on the examples' page.
fn blocks() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/README.md");
    let page = fs::read_to_string(page).unwrap();
    let parts = page.split("```sh\n").skip(1);
    parts.map(|part| part.split_once("```").expect("a block has an end").0.to_owned()).collect()
}

/// Runs what the page prints behind the line that fetches the libraries, which was run before.
fn runs(mut shell: Command, fetch: &str) -> String {
    let blocks = blocks();
    let rest = blocks.iter().find_map(|block| block.strip_prefix(&format!("{fetch}\n")));
    run(shell.args(["-c", rest.expect("the page says how the libraries are fetched")]))
}

#[test]
fn the_python_example_passes() {
    let said = runs(libraries::python("bash"), PIP);
    assert!(said.contains("3 passed"), "{said}");
}

#[test]
fn the_node_example_passes() {
    let said = runs(libraries::node("bash"), NPM);
    // Node's reporter is another in each version, and on a terminal.
    assert!(said.contains(" pass 3") && said.contains(" fail 0"), "{said}");
}

#[test]
fn the_page_on_testing_has_the_commands_of_the_examples() {
    let mut page = Page::new("testing.md");
    page.section = Some("\n## Examples\n");
    let commands: Vec<String> = page.blocks().into_iter().map(|block| block.commands).collect();
    assert_eq!(commands, blocks());
}
