//! Reading the tree of layers by name and type.
//!
//! Job: hand a check the value, its full key and its origin in one piece. Promise: asking for a key
//! that `default.toml` lacks, or by a type that it does not have there, fails at every load, so no
//! test passes over it. Not here: limits.

use std::collections::BTreeMap;

use toml::Value;

use super::fault::{Origin, join};
use super::schema::Node;

/// A table of the tree and its full key.
pub(super) struct Section<'a> {
    key: String,
    children: &'a BTreeMap<String, Node>,
}

/// A value, its full key and the layer that wrote it.
pub(super) struct Field<'a, T> {
    pub(super) key: String,
    pub(super) value: T,
    pub(super) origin: &'a Origin,
}

impl<T> Field<'_, T> {
    /// The layer, unless it is the defaults: then nobody wrote the value.
    pub(super) fn written_origin(&self) -> Option<&Origin> {
        (*self.origin != Origin::Default).then_some(self.origin)
    }
}

impl<'a> Section<'a> {
    pub(super) fn root(tree: &'a Node) -> Self {
        Self::of(String::new(), tree)
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    pub(super) fn section(&self, name: &str) -> Section<'a> {
        Self::of(join(&self.key, name), self.child(name))
    }

    pub(super) fn sections(&self, name: &str) -> Vec<Section<'a>> {
        let Node::Tables(items) = self.child(name) else { mistyped(&self.key, name) };
        let key = join(&self.key, name);
        let element = |(index, item)| Self::of(join(&key, &usize::to_string(&index)), item);
        items.iter().enumerate().map(element).collect()
    }

    pub(super) fn text(&self, name: &str) -> Field<'a, &'a str> {
        self.field(name, Value::as_str)
    }

    pub(super) fn integer(&self, name: &str) -> Field<'a, i64> {
        self.field(name, Value::as_integer)
    }

    /// True or false can be nothing else, so no check needs the key.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.field(name, Value::as_bool).value
    }

    pub(super) fn list(&self, name: &str) -> Field<'a, Vec<&'a str>> {
        self.field(name, |value| value.as_array()?.iter().map(Value::as_str).collect())
    }

    pub(super) fn integers(&self, name: &str) -> Field<'a, Vec<i64>> {
        self.field(name, |value| value.as_array()?.iter().map(Value::as_integer).collect())
    }

    fn of(key: String, node: &'a Node) -> Self {
        let Node::Table(children) = node else { mistyped(&key, "") };
        Self { key, children }
    }

    fn child(&self, name: &str) -> &'a Node {
        self.children.get(name).unwrap_or_else(|| mistyped(&self.key, name))
    }

    fn field<T>(&self, name: &str, read: impl Fn(&'a Value) -> Option<T>) -> Field<'a, T> {
        let Node::Leaf { value, origin } = self.child(name) else { mistyped(&self.key, name) };
        let value = read(value).unwrap_or_else(|| mistyped(&self.key, name));
        Field { key: join(&self.key, name), value, origin }
    }
}

/// The layers keep the shape of `default.toml`, so only our own misspelling leads here.
fn mistyped(key: &str, name: &str) -> ! {
    unreachable!("default.toml has no such key of this type: {key}.{name}")
}
