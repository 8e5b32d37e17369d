//! Reading a log: from which place on, how much of it, and how long to wait for that.
//!
//! A wait ends with what was waited for, when its time is over, and when the server is told to
//! stop; each is answered with what is there.

use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::problem::Problem;
use super::{page, reply};
use crate::domain::AppId;
use crate::engine::{Kept, Log, LogPage};

/// The longest wait.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(60);

/// The parameters that every log's list takes, as they came.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct TailParams<'a> {
    pub(super) after: Option<&'a str>,
    pub(super) limit: Option<&'a str>,
    pub(super) wait: Option<&'a str>,
    pub(super) count: Option<&'a str>,
}

/// What somebody wants of a log.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tail {
    after: u64,
    limit: usize,
    /// How many to wait for, and how long.
    wait: Option<(usize, Duration)>,
}

impl TryFrom<TailParams<'_>> for Tail {
    type Error = Problem;

    /// Nothing said is the beginning, a page of the usual length, no wait, and one to wait for; so
    /// are an empty place and an empty wait. Whoever waits for more than a page's usual length gets
    /// a longer one.
    fn try_from(params: TailParams<'_>) -> Result<Self, Problem> {
        let TailParams { after, limit, wait, count } = params;
        let given = |text: &&str| !text.is_empty();
        let after = after.filter(given).map(|text| {
            let number = page::digits(text);
            number.ok_or_else(|| Problem::bad_request("after: must be a number, from `next`"))
        });
        let after = after.transpose()?.unwrap_or(0);
        let wait = wait.filter(given).map(duration).transpose()?;
        let count = count.map(|text| page::number("count", text)).transpose()?;
        if count.is_some() && wait.is_none() {
            return Err(Problem::bad_request(
                "count: is how many to wait for, and wait is missing",
            ));
        }
        let count = count.unwrap_or(1);
        let limit = limit.map(|text| page::number("limit", text)).transpose()?;
        let limit = limit.unwrap_or(page::DEFAULT_LIMIT.max(count));
        if count > limit {
            return Err(Problem::bad_request(format!("count: {count}, at most limit ({limit})")));
        }
        Ok(Self { after, limit, wait: wait.map(|wait| (count, wait)) })
    }
}

fn duration(text: &str) -> Result<Duration, Problem> {
    let wait = humantime::parse_duration(text).ok().filter(|wait| *wait <= MAX_WAIT);
    wait.ok_or_else(|| {
        Problem::bad_request(format!("wait: must be a time such as 5s, at most {MAX_WAIT:?}"))
    })
}

/// How whoever waits looks at entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// Once: they stay as they came.
    Once,
    /// Again and again: they may become wanted later.
    Again,
}

impl Tail {
    /// What an app's log has of it, once there is enough or the wait is over.
    pub(super) async fn of<T: Kept>(
        &self,
        log: &Log<T>,
        app: AppId,
        looks: Looks,
        wanted: impl Fn(&T) -> bool,
        stop: &CancellationToken,
    ) -> Result<LogPage<T>, Problem> {
        let last = log.last(app);
        if self.after > last {
            let detail = format!("after: {}, the last entry has the number {last}", self.after);
            return Err(Problem::bad_request(detail));
        }
        if let Some((count, wait)) = self.wait {
            let enough = async {
                match looks {
                    Looks::Once => log.wait(app, self.after, count, &wanted).await,
                    Looks::Again => log.wait_for_change(app, self.after, count, &wanted).await,
                }
            };
            // However it ends: what is there is the answer.
            let _ = timeout(wait, stop.run_until_cancelled(enough)).await;
        }
        Ok(log.page(app, self.after, self.limit, wanted))
    }
}

/// A page in JSON, its rows as `write` has them.
pub(super) fn written<T>(
    page: &LogPage<T>,
    mut write: impl FnMut(&mut Vec<u8>, u64, &T),
) -> Vec<u8> {
    let mut json = b"{\"items\":[".to_vec();
    let start = json.len();
    for (id, entry) in &page.items {
        if json.len() > start {
            json.push(b',');
        }
        write(&mut json, *id, entry);
    }
    json.extend_from_slice(b"],\"next\":");
    reply::write(&mut json, &page.next);
    json.extend_from_slice(b",\"dropped\":");
    reply::write(&mut json, &page.dropped);
    json.push(b'}');
    json
}

/// A row of a page with a `body` that is JSON already.
pub(super) fn write_with_body(json: &mut Vec<u8>, row: &impl Serialize, body: &[u8]) {
    reply::write(json, row);
    let closed = json.pop();
    debug_assert_eq!(closed, Some(b'}'), "an object");
    json.extend_from_slice(b",\"body\":");
    json.extend_from_slice(body);
    json.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tail(params: TailParams<'_>) -> Result<Tail, String> {
        Tail::try_from(params).map_err(|problem| format!("{problem:?}"))
    }

    #[test]
    fn what_is_not_said_is_the_usual() {
        let usual = Tail { after: 0, limit: 50, wait: None };
        assert_eq!(tail(TailParams::default()), Ok(usual));
        let empty = TailParams { after: Some(""), wait: Some(""), ..TailParams::default() };
        assert_eq!(tail(empty), tail(TailParams::default()));
        let wait = TailParams { wait: Some("1m"), ..TailParams::default() };
        assert_eq!(tail(wait).unwrap().wait, Some((1, MAX_WAIT)));
        let many = TailParams { count: Some("51"), ..wait };
        let many = tail(many).unwrap();
        assert_eq!((many.limit, many.wait), (51, Some((51, MAX_WAIT))));
    }

    #[test]
    fn every_limit_refuses_one_more() {
        let (none, wait) = (None, Some("5s"));
        let most = u64::MAX.to_string();
        let good = [
            (Some(most.as_str()), Some("1000"), Some("60s"), Some("1000")),
            (Some("0"), Some("1"), Some("0"), Some("1")),
            (none, none, Some("59s 999ms"), Some("1000")),
        ];
        for (after, limit, wait, count) in good {
            let params = TailParams { after, limit, wait, count };
            assert!(tail(params).is_ok(), "{params:?}");
        }
        let bad = [
            (Some("18446744073709551616"), none, none, none, "after"),
            (Some("-1"), none, none, none, "after"),
            (Some("+1"), none, none, none, "after"),
            (Some("x"), none, none, none, "after"),
            (none, Some(""), none, none, "limit"),
            (none, Some("+1"), none, none, "limit"),
            (none, Some("0"), none, none, "limit"),
            (none, Some("1001"), none, none, "limit"),
            (none, none, Some("60001ms"), none, "wait"),
            (none, none, Some("5"), none, "wait"),
            (none, none, Some("-5s"), none, "wait"),
            (none, none, wait, Some("0"), "count"),
            (none, none, wait, Some("1001"), "count"),
            (none, Some("2"), wait, Some("3"), "count: 3, at most limit (2)"),
            (none, none, none, Some("1"), "count: is how many to wait for"),
        ];
        for (after, limit, wait, count, words) in bad {
            let params = TailParams { after, limit, wait, count };
            let problem = tail(params).unwrap_err();
            assert!(problem.contains(words), "{params:?}: {problem}");
        }
    }
}
