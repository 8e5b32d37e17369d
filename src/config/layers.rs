//! One layer over the other.
//!
//! Job: lay the file, the environment and `--set` over the defaults. Promise: every value keeps the
//! layer it came from; a list is replaced whole, but for an element named by its index; whatever is
//! unknown or of the wrong type is a fault and leaves the layers below as they were. Not here: the
//! process's environment and command line, which come in by argument, and what a value may be.

use std::io::Read;
use std::path::Path;

use toml::{Table, Value};

use super::check;
use super::fault::{ConfigError, Faults, Origin, join};
use super::schema::{self, Node, Shape, found, is_index};
use super::settings::{AccessLog, Settings};
use super::variables;

/// The largest settings file, in bytes.
pub(super) const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What the environment's variables begin with.
const PREFIX: &str = "GUESTLIST_";
/// What stands between the levels of a key in a variable's name.
const LEVEL: &str = "__";

/// Where `guestlist exec` listens unless its command line says otherwise.
const FREE_PORTS: [&str; 2] = ["server.listen=127.0.0.1:0", "control.listen=127.0.0.1:0"];

/// `guestlist dev`'s own layer.
pub(super) const DEV_TOML: &str = include_str!("../../config/dev.toml");

/// The layers laid so far.
pub(super) struct Layers {
    shape: Shape,
    tree: Node,
    faults: Faults,
    /// The name and the problem of a file that could not be read.
    unreadable: Option<(String, String)>,
}

impl Layers {
    /// The defaults alone.
    pub(super) fn new() -> Self {
        let (shape, tree) = schema::defaults();
        Self { shape, tree, faults: Faults::default(), unreadable: None }
    }

    /// Lays `dev.toml`.
    pub(super) fn development(&mut self) {
        let table = DEV_TOML.parse().expect("dev.toml is compiled in; a test lays it");
        self.table(table, Origin::Development);
    }

    /// Lays a file.
    pub(super) fn file(&mut self, path: &Path) {
        let name = path.display().to_string();
        match read(path).and_then(|text| parse(&text)) {
            Ok(table) => self.table(table, Origin::File(name)),
            Err(problem) => self.unreadable = Some((name, problem)),
        }
    }

    /// Lays the `GUESTLIST_…` variables among these, but for those that are no settings. An element is appended after those before
    /// it, whatever the order the variables come in.
    pub(super) fn environment(&mut self, variables: &[(String, String)]) {
        let mut settings: Vec<_> = variables
            .iter()
            .filter_map(|(name, value)| {
                let rest = name.strip_prefix(PREFIX)?;
                let setting = !variables::NO_SETTINGS.contains(&name.as_str())
                    && !is_service_link(rest, value);
                setting.then(|| {
                    let key = rest.to_ascii_lowercase();
                    (key.split(LEVEL).map(str::to_owned).collect::<Vec<_>>(), name, value)
                })
            })
            .collect();
        settings.sort_by_cached_key(|(segments, name, _)| {
            let order = |segment: &String| (segment.parse::<u64>().ok(), segment.clone());
            (segments.iter().map(order).collect::<Vec<_>>(), (*name).clone())
        });
        for (segments, name, value) in settings {
            let segments: Vec<_> = segments.iter().map(String::as_str).collect();
            self.text(&segments, value, Origin::Environment(name.clone()));
        }
    }

    /// Lays what has both listeners on free ports.
    pub(super) fn free_ports(&mut self) {
        self.overrides(&FREE_PORTS.map(str::to_owned));
    }

    /// Lays `key=value` texts in their order.
    pub(super) fn overrides(&mut self, overrides: &[String]) {
        for (index, text) in overrides.iter().enumerate() {
            // The text is not repeated: what lacks its "=" may be a key written with a colon.
            let Some((key, value)) = text.split_once('=') else {
                let problem = format!("number {} has no \"=\", must be key=value", index + 1);
                self.faults.push("--set", problem, &Origin::Default);
                continue;
            };
            let segments: Vec<_> = key.trim().split('.').collect();
            self.text(&segments, value, Origin::Override);
        }
    }

    /// Holds what came of the layers against its limits, and adds the faults of that.
    pub(super) fn check(self, auto_access: AccessLog) -> Result<Settings, ConfigError> {
        let Self { tree, mut faults, unreadable, .. } = self;
        let settings = check::settings(&tree, auto_access, &mut faults);
        if let Some((name, problem)) = unreadable {
            // The file may have held apps: nothing true can be said about them.
            faults.forget("app");
            faults.push_front(&name, problem);
        }
        match faults.into_error() {
            Some(error) => Err(error),
            None => Ok(settings.expect("a check that yields nothing leaves a fault")),
        }
    }

    fn table(&mut self, table: Table, origin: Origin) {
        let mut layer = Layer { root: &self.shape, origin, faults: &mut self.faults };
        layer.lay(&mut self.tree, &self.shape, "", Value::Table(table));
    }

    fn text(&mut self, segments: &[&str], text: &str, origin: Origin) {
        let mut layer = Layer { root: &self.shape, origin, faults: &mut self.faults };
        layer.place(&mut self.tree, &self.shape, "", segments, text);
    }
}

/// One layer on its way into the tree.
struct Layer<'a> {
    root: &'a Shape,
    origin: Origin,
    faults: &'a mut Faults,
}

impl Layer<'_> {
    /// Lays a value over a node.
    fn lay(&mut self, node: &mut Node, shape: &Shape, key: &str, value: Value) {
        match (shape, node, value) {
            (Shape::Table(shapes), Node::Table(children), Value::Table(entries)) => {
                for (name, value) in entries {
                    let key = join(key, &name);
                    match (shapes.get(&name), children.get_mut(&name)) {
                        (Some(shape), Some(child)) => self.lay(child, shape, &key, value),
                        _ => self.unknown(&key),
                    }
                }
            }
            (Shape::Tables { element, template }, Node::Tables(items), Value::Array(values)) => {
                let all_tables = values.iter().all(Value::is_table);
                let lay_element = |(index, value): (usize, Value)| {
                    let mut item = template.as_ref().clone();
                    self.lay(&mut item, element, &join(key, &index.to_string()), value);
                    item
                };
                let new = values.into_iter().enumerate().map(lay_element).collect();
                if all_tables {
                    *items = new;
                }
            }
            (Shape::TextList, node @ Node::Leaf { .. }, Value::Array(values)) => {
                self.lay_list(node, key, values, &Shape::Text);
            }
            (Shape::IntegerList, node @ Node::Leaf { .. }, Value::Array(values)) => {
                self.lay_list(node, key, values, &Shape::Integer);
            }
            (Shape::Text, Node::Leaf { value, origin }, new @ Value::String(_))
            | (Shape::Integer, Node::Leaf { value, origin }, new @ Value::Integer(_))
            | (Shape::Flag, Node::Leaf { value, origin }, new @ Value::Boolean(_)) => {
                *value = new;
                *origin = self.origin.clone();
            }
            (shape, _, value) => self.wrong_type(key, &value, shape),
        }
    }

    fn lay_list(&mut self, node: &mut Node, key: &str, values: Vec<Value>, element: &Shape) {
        let before = self.faults.len();
        for (index, value) in values.iter().enumerate() {
            if !element.fits(value) {
                self.wrong_type(&join(key, &index.to_string()), value, element);
            }
        }
        if self.faults.len() == before {
            *node = Node::Leaf { value: Value::Array(values), origin: self.origin.clone() };
        }
    }

    /// Lays a text at the end of a path.
    fn place(&mut self, node: &mut Node, shape: &Shape, key: &str, path: &[&str], text: &str) {
        let Some((&name, rest)) = path.split_first() else {
            return self.lay(node, shape, key, shape.interpret(text));
        };
        let below = join(key, name);
        match (shape, node) {
            (Shape::Table(shapes), Node::Table(children)) => {
                if let (Some(shape), Some(child)) = (shapes.get(name), children.get_mut(name)) {
                    return self.place(child, shape, &below, rest, text);
                }
            }
            (Shape::Tables { element, template }, Node::Tables(items)) if is_index(name) => {
                return match self.slot(key, name, items.len()) {
                    Some(index) if index < items.len() => {
                        self.place(&mut items[index], element, &below, rest, text);
                    }
                    Some(_) => {
                        let before = self.faults.len();
                        let mut item = template.as_ref().clone();
                        self.place(&mut item, element, &below, rest, text);
                        // An element that a misspelt key would have made does not exist.
                        if self.faults.len() == before {
                            items.push(item);
                        }
                    }
                    None => {}
                };
            }
            (
                Shape::TextList | Shape::IntegerList,
                Node::Leaf { value: Value::Array(items), origin },
            ) if is_index(name) && rest.is_empty() => {
                let text_list = matches!(shape, Shape::TextList);
                let element = if text_list { Shape::Text } else { Shape::Integer };
                let value = element.interpret(text);
                if !element.fits(&value) {
                    return self.wrong_type(&below, &value, &element);
                }
                if let Some(index) = self.slot(key, name, items.len()) {
                    match items.get_mut(index) {
                        Some(item) => *item = value,
                        None => items.push(value),
                    }
                    *origin = self.origin.clone();
                }
                return;
            }
            _ => {}
        }
        self.unknown(&path.iter().fold(key.to_owned(), |key, segment| join(&key, segment)));
    }

    /// The element that an index reaches: one of those there are, or the one after the last.
    fn slot(&mut self, key: &str, name: &str, len: usize) -> Option<usize> {
        // An index too long for a number is past the end too.
        let index = name.parse().unwrap_or(usize::MAX);
        if index <= len {
            return Some(index);
        }
        let problem = format!("is past the end, must be 0 to {len}, where {len} adds an element");
        self.faults.push(&join(key, name), problem, &self.origin);
        None
    }

    fn unknown(&mut self, key: &str) {
        let nearest = self.root.nearest(key);
        let problem = format!("no such setting, the nearest is {nearest}");
        self.faults.push(key, problem, &self.origin);
    }

    /// The value is not shown: it may be a secret.
    fn wrong_type(&mut self, key: &str, value: &Value, wanted: &Shape) {
        let problem = format!("is {}, must be {}", found(value), wanted.wanted());
        self.faults.push(key, problem, &self.origin);
    }
}

/// Whether the rest of a variable's name is what Kubernetes and docker links set for a service that
/// is called `guestlist`. None of them names a setting, and nobody wrote them by hand.
fn is_service_link(rest: &str, value: &str) -> bool {
    !rest.contains(LEVEL)
        && (rest.starts_with("SERVICE_HOST")
            || rest.starts_with("SERVICE_PORT")
            || rest.starts_with("PORT_")
            || (rest == "PORT" && value.contains("://")))
}

fn read(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(format!("is larger than {FILE_BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())
}

/// The error's own `Display` quotes the line, which may hold a secret: only the message and the
/// place are taken.
fn parse(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.bytes().take(start).filter(|&byte| byte == b'\n').count() + 1;
        format!("line {line} is not TOML: {}", error.message())
    })
}
