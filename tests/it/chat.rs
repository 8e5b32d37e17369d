//! `docs/chat.md`, run as it is printed; once signed by the program, and once by each of the vendor's
//! libraries. It goes by every command of the chat dialect.
//!
//! `BLESS=1 cargo test --test it the_page_on_chat` writes the replies. Read what it wrote.

use std::collections::BTreeSet;

use guestlist::proto::tencent::chat;

use crate::genuine;
use crate::pages::Page;

const PROGRAM: [&str; 5] = [
    "dev",
    "--set",
    "app.0.chat.member_fields=level,title",
    "--set",
    "app.0.chat.group_fields=shelf",
];

fn page() -> Page {
    let mut page = Page::new("chat.md");
    page.program = PROGRAM.into();
    page
}

#[test]
fn the_page_on_chat_goes_as_it_says() {
    let started = format!("guestlist {}", PROGRAM.join(" "));
    assert!(page().text().contains(&started), "the page says: {started}");
    page().bless();
    page().holds(None);
}

#[test]
fn the_page_on_chat_goes_alike_signed_by_the_python_library() {
    page().holds(Some(&genuine::PYTHON));
}

#[test]
fn the_page_on_chat_goes_alike_signed_by_the_node_library() {
    page().holds(Some(&genuine::NODE));
}

#[test]
fn the_page_on_chat_comes_by_every_command() {
    let blocks = page().blocks();
    let words = blocks.iter().flat_map(|block| block.commands.split_whitespace());
    let words: BTreeSet<&str> = words.collect();
    let left_out = chat::COMMANDS.iter().map(|entry| entry.spec.name());
    let left_out: Vec<&str> = left_out.filter(|name| !words.contains(name)).collect();
    assert!(left_out.is_empty(), "the page does not use {left_out:?}");
}
