//! Pages: where one begins and how long it is.

use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::problem::Problem;

/// Rows of a page that asks for no number.
pub(super) const DEFAULT_LIMIT: usize = 50;
/// The most rows of a page.
pub(super) const MAX_LIMIT: usize = 1000;

/// `?after=&limit=`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct PageParams {
    /// The `next` of the page before, as it came; nothing and an empty one begin at the start.
    after: Option<String>,
    /// How many rows at most; 50 unless said.
    #[schemars(with = "Option<u16>", range(min = 1, max = MAX_LIMIT))]
    limit: Option<String>,
}

impl PageParams {
    /// The `next` of the page before; nothing and an empty one begin at the start.
    pub(super) fn after(&self) -> Option<&str> {
        self.after.as_deref().filter(|after| !after.is_empty())
    }

    /// How many rows at most.
    pub(super) fn limit(&self) -> Result<usize, Problem> {
        self.limit.as_ref().map_or(Ok(DEFAULT_LIMIT), |text| number("limit", text))
    }
}

/// A number of rows.
pub(super) fn number(parameter: &str, text: &str) -> Result<usize, Problem> {
    let number = digits(text).filter(|number| (1..=MAX_LIMIT).contains(number));
    number.ok_or_else(|| {
        Problem::bad_request(format!("{parameter}: must be a number from 1 to {MAX_LIMIT}"))
    })
}

/// A number of digits alone: none if it is too large, or nothing.
pub(super) fn digits<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}
