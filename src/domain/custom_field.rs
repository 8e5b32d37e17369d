//! The app's own fields of a member or a group: a few keys that the settings name, each with a
//! short text.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The most fields of one record.
pub const MAX_CUSTOM_FIELDS: usize = 20;

/// Fields by key. One that was never set, or was set to nothing, is not there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CustomFields(Box<[(Arc<str>, Box<str>)]>);

/// Fields, borrowed from wherever the store keeps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldsView<'a>(&'a [(Arc<str>, Box<str>)]);

/// Fields that are known to be right: in the order of their keys, each once and with a value.
impl FromIterator<(Arc<str>, Box<str>)> for CustomFields {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Box<str>)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl CustomFields {
    /// The fields as a store would show them.
    #[must_use]
    pub fn view(&self) -> FieldsView<'_> {
        FieldsView(&self.0)
    }

    /// The fields after some are set anew; an empty value takes one away. Those that are not named
    /// stay.
    #[must_use]
    pub fn with(&self, changes: &[(Arc<str>, Box<str>)]) -> Self {
        let mut fields = self.0.to_vec();
        for (key, value) in changes {
            match fields.binary_search_by(|(other, _)| other.cmp(key)) {
                Ok(at) if value.is_empty() => drop(fields.remove(at)),
                Ok(at) => fields[at].1.clone_from(value),
                Err(_) if value.is_empty() => {}
                Err(at) => fields.insert(at, (Arc::clone(key), value.clone())),
            }
        }
        debug_assert!(fields.len() <= MAX_CUSTOM_FIELDS, "the settings name no more keys");
        Self(fields.into())
    }

    /// What its records and texts hold, in bytes. Keys are shared with the settings.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let texts: usize = self.0.iter().map(|(_, value)| value.len()).sum();
        size_of_val(&*self.0) + texts
    }
}

impl<'a> FieldsView<'a> {
    /// Each key with its value, by key.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The value of a key; nothing if it is not set.
    #[must_use]
    pub fn get(self, key: &str) -> &'a str {
        let found = self.0.iter().find(|(other, _)| **other == *key);
        found.map_or("", |(_, value)| value)
    }

    /// Whether none is set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// A copy to be kept.
    #[must_use]
    pub fn to_fields(self) -> CustomFields {
        CustomFields(self.0.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(key: &str, value: &str) -> (Arc<str>, Box<str>) {
        (key.into(), value.into())
    }

    #[test]
    fn what_is_named_changes_and_the_rest_stays() {
        let fields = CustomFields::default().with(&[set("b", "2"), set("a", "1"), set("c", "")]);
        assert_eq!(fields.view().iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
        let fields = fields.with(&[set("a", ""), set("b", "3"), set("d", "4"), set("x", "")]);
        assert_eq!(fields.view().iter().collect::<Vec<_>>(), [("b", "3"), ("d", "4")]);
        assert_eq!((fields.view().get("d"), fields.view().get("a")), ("4", ""));
        assert!(fields.with(&[set("b", ""), set("d", "")]).view().is_empty());
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts() {
        let fields = CustomFields::default().with(&[set("a", "1"), set("a", "2")]);
        assert_eq!(fields.view().get("a"), "2");
    }
}
