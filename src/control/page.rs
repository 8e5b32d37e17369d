//! Pages: where one begins and how long it is.

use serde::Deserialize;

use super::problem::Problem;

/// Rows of a page that asks for no number.
const DEFAULT_LIMIT: usize = 50;
/// The most rows of a page.
const MAX_LIMIT: usize = 1000;

/// `?after=&limit=`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageParams {
    after: Option<String>,
    limit: Option<String>,
}

impl PageParams {
    /// The `next` of the page before; nothing and an empty one begin at the start.
    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref().filter(|after| !after.is_empty())
    }

    /// How many rows at most.
    pub(super) fn limit(&self) -> Result<usize, Problem> {
        let Some(text) = &self.limit else { return Ok(DEFAULT_LIMIT) };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| {
            Problem::bad_request(format!("limit: must be a number from 1 to {MAX_LIMIT}"))
        })
    }
}
