//! What came of one attempt.

use super::destination::Destination;
use super::failure::Failure;

/// The largest answer, in bytes: one beyond it is a failure.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// What is kept of an answer, in bytes.
pub const MAX_KEPT_ANSWER_BYTES: usize = 1024;
/// The shortest value that is hidden in an answer, in bytes: hiding `1` would leave nothing to read.
const HIDDEN_BYTES_MIN: usize = 4;
/// How far behind what is kept a secret may end that begins within.
const STRADDLE_BYTES: usize = 4096;

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Of RoomEngine's, HTTP status 200 and a JSON body. What the body says is for people: these
    /// callbacks come after the event, and the receiver's code changes nothing. Of ZEGO's, any status
    /// of success, whatever the body.
    Answered(Answer),
    /// Anything else.
    Failed {
        /// Why.
        failure: Failure,
        /// What there was of an answer.
        answer: Option<Answer>,
    },
}

/// The beginning of an answer, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The first `MAX_KEPT_ANSWER_BYTES` bytes of the body; what is not UTF-8 is replaced, and
    /// wherever it repeats the token or a value of the URL's query, `(hidden)` stands instead.
    pub start: String,
    /// Whether more followed.
    pub cut: bool,
}

impl Answer {
    /// The beginning of a body.
    pub(super) fn new(status: u16, body: &[u8], destination: &Destination) -> Self {
        let window = &body[..body.len().min(MAX_KEPT_ANSWER_BYTES + STRADDLE_BYTES)];
        let mut start = without_secrets(&String::from_utf8_lossy(window), destination);
        let end = start.floor_char_boundary(MAX_KEPT_ANSWER_BYTES);
        let cut = end < start.len() || window.len() < body.len();
        start.truncate(end);
        Self { status, start, cut }
    }
}

/// A page that a framework shows for an error likes to repeat the request.
fn without_secrets(text: &str, destination: &Destination) -> String {
    let url = destination.url.sent_to();
    let raw = url.query().unwrap_or_default().split('&');
    let raw = raw.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value).to_owned());
    let decoded = url.query_pairs().map(|(_, value)| value.into_owned());
    let token = destination.token.iter().map(|token| token.expose().to_owned());
    let mut secrets: Vec<_> =
        raw.chain(decoded).chain(token).filter(|secret| secret.len() >= HIDDEN_BYTES_MIN).collect();
    // The longest first: a shorter one may be a part of it.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "(hidden)"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::guard::Reach;
    use super::*;
    use crate::config::Secret;
    use crate::domain::CallbackUrl;

    fn destination(query: &str) -> Destination {
        Destination {
            url: CallbackUrl::parse(&format!("http://h/p?{query}")).unwrap(),
            token: Some(Secret::new("t0ken")),
            reach: Reach::Any,
            timeout: Duration::from_secs(2),
        }
    }

    fn answer(body: impl AsRef<[u8]>) -> Answer {
        Answer::new(200, body.as_ref(), &destination("a=1"))
    }

    #[test]
    fn n_bytes_are_kept_and_n_plus_1_are_cut() {
        let whole = "a".repeat(1024);
        assert_eq!(answer(&whole), Answer { status: 200, start: whole.clone(), cut: false });
        assert_eq!(answer(format!("{whole}b")), Answer { status: 200, start: whole, cut: true });
        let even = "é".repeat(512);
        assert_eq!(answer(format!("{even}é")).start, even);
        let odd = answer(format!("a{even}"));
        assert_eq!((odd.start.len(), odd.cut), (1023, true));
        assert!(answer(vec![b' '; MAX_ANSWER_BYTES]).cut);
    }

    #[test]
    fn what_is_no_text_is_replaced() {
        assert_eq!(answer(b"a\xff\0").start, "a\u{fffd}\0");
        // One byte that is no text is three when it is replaced.
        let replaced = answer(vec![0xff; 1024]);
        assert_eq!((replaced.start.chars().count(), replaced.cut), (341, true));
    }

    #[test]
    fn an_answer_that_repeats_a_secret_does_not_bring_it_into_the_log() {
        let destination = destination("key=sensitive%2F7f3a&other=sensitive&bare-7f3a&n=12");
        let body =
            r#"POST /p?key=sensitive%2F7f3a&n=12 sensitive/7f3a t0ken <b>sensitive</b> bare-7f3a"#;
        let answer = Answer::new(500, body.as_bytes(), &destination);
        let hidden = "POST /p?key=(hidden)&n=12 (hidden) (hidden) <b>(hidden)</b> (hidden)";
        assert_eq!(answer.start, hidden);
    }

    #[test]
    fn a_secret_that_is_cut_in_two_is_hidden_first() {
        let destination = destination(&format!("key={}", "s".repeat(2000)));
        let body = format!("{}{}", "a".repeat(1020), "s".repeat(2000));
        let answer = Answer::new(200, body.as_bytes(), &destination);
        assert_eq!(answer.start, format!("{}(hid", "a".repeat(1020)));
    }
}
