//! The vendor's own libraries, and the examples that use them.
//!
//! Job: copy `examples` into the build directory and fetch there what they need, in the versions that
//! they name, by the commands that their page prints. Promise: once for all tests, and again only
//! when those versions change; the source tree stays as it is. Whoever lacks Python or Node has
//! failed.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// How the examples' page fetches what Python needs.
pub(crate) const PIP: &str = "python3 -m pip install -r examples/python/requirements.txt";
/// How the examples' page fetches what Node needs.
pub(crate) const NPM: &str = "npm ci --prefix examples/node";

/// The copy that has Python's packages.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| fetched("python", PIP, &["requirements.txt"]));
/// The copy that has Node's packages.
static NODE: LazyLock<PathBuf> =
    LazyLock::new(|| fetched("node", NPM, &["package.json", "package-lock.json"]));

/// A command that finds Python's packages, at the top of a copy of the repository's examples.
pub(crate) fn python(program: &str) -> Command {
    within(&PYTHON, program)
}

/// The same for Node.
pub(crate) fn node(program: &str) -> Command {
    within(&NODE, program)
}

/// Copies one language's examples, and fetches what they need if these files of theirs are others
/// than the last time.
fn fetched(language: &str, fetch: &str, naming: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(language);
    let top = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libraries").join(language);
    let copy = top.join("examples").join(language);
    fs::create_dir_all(&copy).unwrap();
    for entry in fs::read_dir(&source).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
        }
    }
    let named = |name: &&str| fs::read_to_string(source.join(name)).unwrap();
    let wanted: String = naming.iter().map(named).collect();
    // Written last: what was interrupted is done again.
    let stamp = top.join("fetched");
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        let _ = fs::remove_dir_all(packages(&top));
        run(within(&top, "bash").args(["-c", fetch]));
        fs::write(stamp, wanted).unwrap();
    }
    top
}

/// Where pip puts packages and Python looks for them.
fn packages(top: &Path) -> PathBuf {
    top.join("packages")
}

fn within(top: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(top).env("PATH", path());
    command.env("PIP_TARGET", packages(top)).env("PYTHONPATH", packages(top));
    command
}

/// The program under test is called `guestlist`, as on the page.
fn path() -> OsString {
    let program = Path::new(env!("CARGO_BIN_EXE_guestlist"));
    let own = program.parent().unwrap().to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([own].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

/// What a command said, which has to succeed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}{errors}");
    said
}
