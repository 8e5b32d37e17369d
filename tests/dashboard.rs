//! `config/grafana-dashboard.json` shows what is counted, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use guestlist::telemetry::{CallbackEnd, JournalFigures, Metrics};
use serde_json::Value;

/// Every expression of every panel.
fn expressions(dashboard: &Value) -> Vec<&str> {
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    panels
        .flat_map(|panel| panel["targets"].as_array().expect("targets"))
        .map(|target| target["expr"].as_str().expect("an expression"))
        .collect()
}

/// The names of series in a text: `guestlist_…`.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let words = text.split(|character| !is_part(character));
    words.filter(|word| word.starts_with("guestlist_")).map(ToOwned::to_owned).collect()
}

/// The names of all series, and of all metrics.
fn counted() -> (BTreeSet<String>, BTreeSet<String>) {
    let metrics = Metrics::new(["a/b"].into_iter());
    metrics.answered(0, 70009, Duration::from_millis(1));
    metrics.set_rooms(1, 1, 1);
    metrics.callback_ended(1, CallbackEnd::Sent);
    metrics.callback_retried(1);
    metrics.set_callbacks_waiting(1, 1, 1);
    metrics.set_journal(JournalFigures {
        changes: 1,
        groups: 1,
        busy: Duration::from_millis(1),
        waiting: 1,
        disk_bytes: 1,
    });
    let text = metrics.text();
    let (comments, series): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with('#'));
    let types = comments.into_iter().filter(|line| line.starts_with("# TYPE "));
    (names(&series.join("\n")), names(&types.collect::<Vec<_>>().join("\n")))
}

#[test]
fn the_dashboard_and_the_metrics_have_the_same_names() {
    let dashboard = include_str!("../config/grafana-dashboard.json");
    let dashboard: Value = serde_json::from_str(dashboard).expect("it is JSON");
    let shown: BTreeSet<String> = expressions(&dashboard).into_iter().flat_map(names).collect();
    let (series, metrics) = counted();
    assert!(shown.is_subset(&series), "not counted: {:?}", shown.difference(&series));
    for metric in metrics {
        assert!(shown.iter().any(|name| name.starts_with(&metric)), "{metric} is not shown");
    }
}
