//! `docs/tour.md`, run as it is printed; once signed by the program, and once by each of the vendor's
//! libraries.
//!
//! `BLESS=1 cargo test --test it tour` writes the replies. Read what it wrote.

use std::collections::BTreeSet;

use guestlist::proto::tencent::room;

use crate::genuine;
use crate::pages::Page;

fn tour() -> Page {
    Page::new("tour.md")
}

#[test]
fn the_tour_goes_as_its_page_says() {
    tour().bless();
    tour().holds(None);
}

#[test]
fn the_tour_goes_alike_signed_by_the_python_library() {
    tour().holds(Some(&genuine::PYTHON));
}

#[test]
fn the_tour_goes_alike_signed_by_the_node_library() {
    tour().holds(Some(&genuine::NODE));
}

#[test]
fn the_tour_and_the_page_on_callbacks_come_by_every_command() {
    let blocks = [tour(), Page::new("callbacks.md")].map(|page| page.blocks());
    let words = blocks.iter().flatten().flat_map(|block| block.commands.split_whitespace());
    let words: BTreeSet<&str> = words.filter_map(|word| word.rsplit('/').next()).collect();
    let left_out = room::COMMANDS.iter().map(|entry| entry.spec.name());
    let left_out: Vec<&str> = left_out.filter(|name| !words.contains(name)).collect();
    assert!(left_out.is_empty(), "neither page uses {left_out:?}");
}
