//! The image and the local mock, read back as text.
//!
//! Job: hold `Dockerfile` and `compose.yaml` to what they promise, where no engine is at hand to
//! run them. Promise: what would make them unsafe (a port for the whole network, root, a shell) or
//! useless (a probe that is not in the image, a key misspelt into silence) fails here. Not here:
//! that the image builds and runs; `docs/container.md` says what was tried.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use yaml_rust2::{Yaml, YamlLoader};

/// A file at the top of the repository.
fn top_level(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The one service of compose.yaml.
fn service() -> Yaml {
    let documents = YamlLoader::load_from_str(&top_level("compose.yaml")).expect("YAML");
    assert_eq!(documents.len(), 1, "one document");
    let services = documents[0]["services"].as_hash().expect("services");
    let names: Vec<_> = services.keys().filter_map(Yaml::as_str).collect();
    assert_eq!(names, ["guestlist"], "one service, under the name that control.hosts holds");
    documents[0]["services"]["guestlist"].clone()
}

/// A list of texts; anything else in it, such as a number, is a mistake in YAML.
fn texts(list: &Yaml) -> Vec<&str> {
    let list = list.as_vec().unwrap_or_else(|| panic!("not a list: {list:?}"));
    list.iter().map(|item| item.as_str().unwrap_or_else(|| panic!("no text: {item:?}"))).collect()
}

/// The service's environment: texts only, because a bare `true` is refused by some engines.
fn environment(service: &Yaml) -> BTreeMap<&str, &str> {
    let entries = service["environment"].as_hash().expect("environment");
    entries
        .iter()
        .map(|(name, value)| {
            (name.as_str().expect("a name"), value.as_str().expect("a quoted value"))
        })
        .collect()
}

/// One instruction of a Dockerfile: its word and the rest, continuation lines joined.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Instruction {
    word: String,
    rest: String,
}

/// The instructions of a Dockerfile without its comments.
fn instructions(text: &str) -> Vec<Instruction> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let joined = lines.fold(String::new(), |mut all, line| {
        match line.strip_suffix('\\') {
            Some(open) => all.push_str(open),
            None => {
                all.push_str(line);
                all.push('\n');
            }
        }
        all
    });
    joined
        .lines()
        .filter_map(|line| line.split_once(char::is_whitespace))
        .map(|(word, rest)| Instruction { word: word.to_uppercase(), rest: rest.trim().to_owned() })
        .collect()
}

/// The Dockerfile by stages, each opening with its FROM.
fn stages() -> Vec<Vec<Instruction>> {
    let mut stages: Vec<Vec<Instruction>> = Vec::new();
    for instruction in instructions(&top_level("Dockerfile")) {
        if instruction.word == "FROM" {
            stages.push(Vec::new());
        }
        stages.last_mut().expect("FROM comes first").push(instruction);
    }
    stages
}

/// The last stage: what the image is.
fn image() -> Vec<Instruction> {
    stages().pop().expect("a stage")
}

/// The one instruction of its kind in a stage.
fn only<'a>(stage: &'a [Instruction], word: &str) -> &'a str {
    let all: Vec<_> = stage.iter().filter(|instruction| instruction.word == word).collect();
    assert_eq!(all.len(), 1, "one {word} in the stage: {stage:?}");
    &all[0].rest
}

/// The words of the form that needs no shell: `["/program", "argument"]`.
fn exec_form(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text} is not exec form: {error}"))
}

#[test]
fn compose_publishes_both_ports_on_loopback_only() {
    let service = service();
    assert_eq!(texts(&service["ports"]), ["127.0.0.1:8080:8080", "127.0.0.1:8081:8081"]);
    assert!(service["network_mode"].is_badvalue(), "the host's network has no published ports");
}

#[test]
fn compose_runs_the_mock_and_says_that_its_keys_are_public() {
    assert_eq!(texts(&service()["command"]), ["dev", "--allow-dev-keys"]);
}

#[test]
fn compose_opens_the_control_plane_to_siblings_with_a_token() {
    let service = service();
    let environment = environment(&service);
    let token = environment["GUESTLIST_CONTROL__TOKEN"];
    let default = token
        .strip_prefix("${GUESTLIST_CONTROL__TOKEN:-")
        .and_then(|rest| rest.strip_suffix('}'))
        .expect("the reader's own token, or else a default");
    assert!(!default.is_empty(), "without a token the control plane is off");
    let hosts: Vec<String> = serde_json::from_str(environment["GUESTLIST_CONTROL__HOSTS"]).unwrap();
    assert_eq!(hosts, ["guestlist"], "the service's name");
}

#[test]
fn compose_lets_siblings_have_callbacks() {
    let service = service();
    assert_eq!(environment(&service)["GUESTLIST_APP__0__CALLBACK__ALLOW_PRIVATE"], "true");
}

#[test]
fn compose_sets_nothing_else() {
    // A misspelt variable would only show when the container starts.
    let service = service();
    let names: Vec<_> = environment(&service).into_keys().collect();
    assert_eq!(
        names,
        [
            "GUESTLIST_APP__0__CALLBACK__ALLOW_PRIVATE",
            "GUESTLIST_CONTROL__HOSTS",
            "GUESTLIST_CONTROL__TOKEN",
        ]
    );
}

#[test]
fn compose_probes_with_the_binary_itself() {
    // "CMD" and not "CMD-SHELL": the image has no shell.
    let service = service();
    assert_eq!(texts(&service["healthcheck"]["test"]), ["CMD", "/guestlist", "healthcheck"]);
}

#[test]
fn compose_gives_the_container_no_power_it_does_not_use() {
    let service = service();
    assert_eq!(service["read_only"].as_bool(), Some(true));
    assert_eq!(texts(&service["cap_drop"]), ["ALL"]);
    assert_eq!(texts(&service["security_opt"]), ["no-new-privileges:true"]);
    for key in ["privileged", "cap_add", "user", "volumes", "pid", "devices"] {
        assert!(service[key].is_badvalue(), "{key} is not needed");
    }
    assert_eq!(service["restart"].as_str(), Some("unless-stopped"));
}

#[test]
fn the_image_is_empty_but_for_the_binary() {
    let image = image();
    assert_eq!(only(&image, "FROM"), "scratch");
    assert_eq!(only(&image, "COPY"), "--from=build /guestlist /guestlist");
    for instruction in &image {
        assert!(!["RUN", "ADD"].contains(&instruction.word.as_str()), "{instruction:?}");
    }
}

#[test]
fn the_image_runs_as_a_number_that_is_not_root() {
    let image = image();
    let (user, group) = only(&image, "USER").split_once(':').expect("user:group");
    for id in [user, group] {
        assert_ne!(id.parse::<u32>().expect("a number: there is no /etc/passwd"), 0, "not root");
    }
}

#[test]
fn the_image_starts_and_probes_the_binary_without_a_shell() {
    let image = image();
    assert_eq!(exec_form(only(&image, "ENTRYPOINT")), ["/guestlist"]);
    assert_eq!(exec_form(only(&image, "CMD")), ["serve"], "the well-known keys are asked for");
    let (_, probe) = only(&image, "HEALTHCHECK").split_once("CMD ").expect("a command");
    assert_eq!(
        exec_form(probe),
        ["/guestlist", "healthcheck", "--url", "http://127.0.0.1:8080/readyz"]
    );
}

#[test]
fn the_image_listens_where_it_says() {
    let image = image();
    assert_eq!(only(&image, "EXPOSE"), "8080 8081");
    let settings: Vec<_> = only(&image, "ENV").split_whitespace().collect();
    assert_eq!(
        settings,
        ["GUESTLIST_SERVER__LISTEN=0.0.0.0:8080", "GUESTLIST_CONTROL__LISTEN=0.0.0.0:8081"]
    );
}

#[test]
fn the_build_is_the_locked_one_with_the_pinned_toolchain() {
    let stages = stages();
    assert_eq!(stages.len(), 2, "a build and an image");
    let build = &stages[0];
    let toolchain = env!("CARGO_PKG_RUST_VERSION");
    assert_eq!(only(build, "FROM"), format!("rust:{toolchain}-slim-bookworm AS build"));
    let cargo: Vec<_> =
        build.iter().filter(|instruction| instruction.rest.contains("cargo build")).collect();
    assert_eq!(cargo.len(), 1);
    for flag in ["--locked", "--release", "--bin guestlist", "--target"] {
        assert!(cargo[0].rest.contains(flag), "{flag}: {:?}", cargo[0]);
    }
    for triple in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"] {
        assert!(build.iter().any(|instruction| instruction.rest.contains(triple)), "{triple}");
    }
}

#[test]
fn the_build_context_holds_the_sources_and_no_secrets() {
    let ignored = top_level(".dockerignore");
    let ignored: Vec<_> = ignored.lines().map(str::trim).collect();
    for name in [".git", ".env*", "**/target"] {
        assert!(ignored.contains(&name), "{name} stays out");
    }
    // Cargo.toml names benches by their files, and the defaults are compiled in.
    for name in ["src", "config", "benches", "tests", "Cargo.lock"] {
        assert!(!ignored.contains(&name), "{name} is read by the build");
    }
}

#[test]
fn the_reader_of_dockerfiles_joins_lines_and_skips_comments() {
    let read = instructions("# FROM a\nfrom b AS c\n\nRUN d \\\n # e\n && f\nUSER 0\n");
    let read: Vec<_> = read.iter().map(|one| format!("{} {}", one.word, one.rest)).collect();
    assert_eq!(read, ["FROM b AS c", "RUN d && f", "USER 0"]);
}
