//! The gateway: every check that is the same for all actions, in one order.
//!
//! The app's id, the time, the action, nonce and signature, their version, the app's secret, whether
//! the time is near, the signature, rates; then the action looks at its own parameters. Which host
//! was asked does not matter: a server of one's own has any name.
//!
//! Where the vendor is silent: an app that does not exist and one without a server secret are both
//! 100000010; a POST is taken like a GET, its body is not looked at.

use std::collections::HashMap;
use std::sync::Arc;

use super::action::{Call, Entry};
use super::query::Query;
use super::refused::Refused;
use super::reply::{self, Data};
use super::{
    add_stream, close_room, codes, del_forbid_stream_rule, del_forbid_user_rule, delete_stream,
    describe_forbid_stream_rules, describe_forbid_user_rules, describe_simple_stream_list,
    describe_user_list, describe_user_num, describe_users, kickout_user, send_barrage_message,
    send_broadcast_message, send_custom_command, set_forbid_stream_rule, set_forbid_user_rule,
};
use crate::domain::AppId;
use crate::engine::{App, Engine, FaultMark, RequestId};
use crate::proto::origin::is_loopback_origin;
use crate::sig::zego;

/// How far a request's time may be from the app's, in seconds.
const MAX_SKEW_S: u64 = 600;
/// The only version of signatures.
const SIGNATURE_VERSION: &str = "2.0";

/// The codes that every action answers: what they mean.
pub const COMMON_CODES: &[(u32, &str)] = &[
    (100_000_001, "AppId is missing or no number"),
    (100_000_002, "Timestamp is missing"),
    (100_000_003, "Timestamp is no number of seconds"),
    (100_000_004, "Timestamp is more than 10 minutes from the app's time"),
    (100_000_005, "Signature is not right"),
    (100_000_006, "Action is missing"),
    (100_000_007, "Action is not one of these"),
    (100_000_008, "SignatureNonce is missing"),
    (100_000_009, "Signature is missing"),
    (100_000_010, "The app does not exist, or has no server secret"),
    (100_000_013, "SignatureVersion is missing"),
    (100_000_014, "SignatureVersion is not 2.0"),
    (100_000_017, "The origin may not ask while the well-known secret is in use"),
    (codes::FAILED, "It failed, and may succeed another time"),
    (codes::BAD_PARAMETER, "A parameter is missing or not what it should be"),
    (codes::APP_RATE, "The app calls the action too often"),
];

/// All actions; an action's place is its number.
pub const ACTIONS: &[Entry] = &[
    Entry::of::<describe_user_list::DescribeUserList>(),
    Entry::of::<describe_user_num::DescribeUserNum>(),
    Entry::of::<describe_users::DescribeUsers>(),
    Entry::of::<kickout_user::KickoutUser>(),
    Entry::of::<close_room::CloseRoom>(),
    Entry::of::<add_stream::AddStream>(),
    Entry::of::<delete_stream::DeleteStream>(),
    Entry::of::<describe_simple_stream_list::DescribeSimpleStreamList>(),
    Entry::of::<send_broadcast_message::SendBroadcastMessage>(),
    Entry::of::<send_barrage_message::SendBarrageMessage>(),
    Entry::of::<send_custom_command::SendCustomCommand>(),
    Entry::of::<set_forbid_user_rule::SetForbidUserRule>(),
    Entry::of::<describe_forbid_user_rules::DescribeForbidUserRules>(),
    Entry::of::<del_forbid_user_rule::DelForbidUserRule>(),
    Entry::of::<set_forbid_stream_rule::SetForbidStreamRule>(),
    Entry::of::<describe_forbid_stream_rules::DescribeForbidStreamRules>(),
    Entry::of::<del_forbid_stream_rule::DelForbidStreamRule>(),
];

/// What is known of a request: there is no body to wait for.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The method, as sent.
    pub method: &'a str,
    /// The query without its question mark.
    pub query: &'a str,
    /// The `Origin` header.
    pub origin: Option<&'a [u8]>,
}

/// Whether a request is meant for this dialect: the path is `/` and the query says so.
#[must_use]
pub fn is_for(path: &str, query: &str) -> bool {
    let names = || query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    path == "/" && names().any(|name| matches!(name, "Action" | "AppId" | "Signature"))
}

/// Which pages of a browser may read an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allow<'a> {
    /// All of them.
    Any,
    /// Those of this origin.
    Only(&'a [u8]),
    /// None.
    Nobody,
}

/// A reply, and what the logs need to know of it.
#[derive(Debug)]
pub struct Answer {
    /// The reply's body.
    pub body: Vec<u8>,
    /// Its name.
    pub request_id: RequestId,
    /// The action's number among [`ACTIONS`], if it is one of them.
    pub action: Option<usize>,
    /// Why it is a refusal, if it is one.
    pub refused: Option<Refused>,
    /// The fault that struck the request, if one did.
    pub fault: Option<FaultMark>,
}

/// A request that may be performed.
pub struct Admitted {
    pub(super) entry: &'static Entry,
    pub(super) app: Arc<App>,
}

impl Answer {
    /// `Code`: 0 is success.
    #[must_use]
    pub fn code(&self) -> u32 {
        self.refused.as_ref().map_or(0, |refused| refused.code)
    }

    /// The action, as far as it is known.
    #[must_use]
    pub fn action_name(&self) -> &'static str {
        self.action.map_or("unknown", |number| ACTIONS[number].spec.action)
    }
}

/// Answers requests of ZEGO's dialect.
pub struct Gateway {
    pub(super) engine: Arc<Engine>,
    /// Each action's number, by name.
    actions: HashMap<&'static str, usize>,
    /// Keys in use are known to everybody: only pages of this machine may ask.
    loopback_only: bool,
}

impl Gateway {
    /// A gateway to all actions.
    #[must_use]
    pub fn new(engine: Arc<Engine>, loopback_only: bool) -> Self {
        let numbered = ACTIONS.iter().enumerate();
        let actions = numbered.map(|(number, entry)| (entry.spec.action, number)).collect();
        Self { engine, actions, loopback_only }
    }

    /// A name for a request that just came in.
    #[must_use]
    pub fn next_request_id(&self) -> RequestId {
        self.engine.next_request_id().as_number()
    }

    /// Whom a browser may show the answer to: the app that the query names says so.
    #[must_use]
    pub fn allow<'a>(&self, query: &Query<'_>, origin: Option<&'a [u8]>) -> Allow<'a> {
        if self.loopback_only {
            return match origin {
                Some(origin) if is_loopback_origin(origin) => Allow::Only(origin),
                _ => Allow::Nobody,
            };
        }
        let app = self.app(query).ok();
        if app.is_none_or(|app| app.zego().cors) { Allow::Any } else { Allow::Nobody }
    }

    /// Answers a request.
    pub async fn answer(
        &self,
        head: &Head<'_>,
        query: &Query<'_>,
        request_id: RequestId,
    ) -> Answer {
        match self.admit(head, query) {
            Ok(admitted) => self.perform(&admitted, query, request_id).await,
            Err(refused) => self.refuse(query, refused, request_id),
        }
    }

    /// Performs an admitted request.
    pub async fn perform(
        &self,
        admitted: &Admitted,
        query: &Query<'_>,
        request_id: RequestId,
    ) -> Answer {
        let Admitted { entry, app } = admitted;
        let (engine, mut data) = (&*self.engine, Data::default());
        match (entry.run)(&Call { engine, app, query }, &mut data).await {
            Ok(()) => {
                let action = self.actions.get(entry.spec.action).copied();
                let body = reply::done(request_id, data);
                Answer { body, request_id, action, refused: None, fault: None }
            }
            Err(refused) => self.refuse(query, refused, request_id),
        }
    }

    /// The answer to a request that is not performed.
    #[must_use]
    pub fn refuse(&self, query: &Query<'_>, refused: Refused, request_id: RequestId) -> Answer {
        let action = query.get("Action").and_then(|name| self.actions.get(name)).copied();
        let body = reply::refused(request_id, &refused);
        Answer { body, request_id, action, refused: Some(refused), fault: None }
    }

    /// The answer when a bug of ours kept the request from being answered.
    #[must_use]
    pub fn apologise(&self, query: &Query<'_>, request_id: RequestId) -> Answer {
        self.refuse(query, Refused::new(codes::FAILED, "internal error, please retry"), request_id)
    }

    /// The answer when it took too long.
    #[must_use]
    pub fn timed_out(&self, query: &Query<'_>, request_id: RequestId) -> Answer {
        self.refuse(query, Refused::new(codes::FAILED, "timed out, please retry"), request_id)
    }

    /// The answer to a body over the limit.
    #[must_use]
    pub fn too_large(
        &self,
        query: &Query<'_>,
        at_most_bytes: usize,
        request_id: RequestId,
    ) -> Answer {
        let text = format!("the body: at most {at_most_bytes} bytes");
        self.refuse(query, Refused::new(codes::BAD_PARAMETER, text), request_id)
    }

    /// Checks everything that is the same for all actions.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn admit(&self, head: &Head<'_>, query: &Query<'_>) -> Result<Admitted, Refused> {
        if self.loopback_only && head.origin.is_some_and(|origin| !is_loopback_origin(origin)) {
            let text = "the origin: other pages than those of this machine may not ask while the \
                        well-known secret is in use";
            return Err(Refused::new(100_000_017, text));
        }
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let app_id = query.get("AppId").filter(|text| digits(text) && text.parse::<u32>().is_ok());
        let app_id =
            app_id.ok_or(Refused::new(100_000_001, "AppId: must be a number, 0 to 4294967295"))?;
        let missing = |code, name: &str| Refused::new(code, format!("{name}: missing or empty"));
        let timestamp = query.get("Timestamp").ok_or_else(|| missing(100_000_002, "Timestamp"))?;
        let time_s = timestamp.parse::<i64>().ok().and_then(|time_s| u64::try_from(time_s).ok());
        let time_s = time_s.filter(|_| digits(timestamp));
        let time_s =
            time_s.ok_or(Refused::new(100_000_003, "Timestamp: must be a number of seconds"))?;
        let action = query.get("Action").ok_or_else(|| missing(100_000_006, "Action"))?;
        let entry = self.actions.get(action).map(|number| &ACTIONS[*number]);
        let entry = entry.ok_or_else(|| unknown(action))?;
        let nonce = query.get("SignatureNonce");
        let nonce = nonce.ok_or_else(|| missing(100_000_008, "SignatureNonce"))?;
        let signature = query.get("Signature").ok_or_else(|| missing(100_000_009, "Signature"))?;
        let version = query.get("SignatureVersion");
        let version = version.ok_or_else(|| missing(100_000_013, "SignatureVersion"))?;
        if version != SIGNATURE_VERSION {
            return Err(Refused::new(100_000_014, "SignatureVersion: must be 2.0"));
        }
        let no_secret = || {
            Refused::new(
                100_000_010,
                "AppId: no app of this server, or one without a server secret",
            )
        };
        let app = self.app(query).map_err(|()| no_secret())?;
        let secret = app.zego().server_secret.clone().ok_or_else(no_secret)?;
        let now_s = app.now_ms() / 1000;
        if now_s.abs_diff(time_s) > MAX_SKEW_S {
            let text = format!("Timestamp: {time_s}, more than {MAX_SKEW_S} seconds from {now_s}");
            return Err(Refused::new(100_000_004, text));
        }
        if !zego::verify(app_id, nonce, secret.expose(), timestamp, signature) {
            return Err(Refused::new(100_000_005, "Signature: does not match"));
        }
        let calls_per_second = entry.spec.calls_per_second;
        app.count_call(entry.spec.action, calls_per_second).map_err(|_| {
            let text = format!("{action}: more than {calls_per_second} calls a second");
            Refused::new(codes::APP_RATE, text)
        })?;
        match query.malformed() {
            Some(_) => Err(Refused::new(
                codes::BAD_PARAMETER,
                "the query: a parameter is not well-formed, or not UTF-8",
            )),
            None => Ok(Admitted { entry, app }),
        }
    }

    pub(super) fn app(&self, query: &Query<'_>) -> Result<Arc<App>, ()> {
        let id = query.get("AppId").and_then(|text| text.parse().ok()).map(AppId);
        id.and_then(|id| self.engine.app(id)).ok_or(())
    }
}

/// Says what is nearest to an action that is not here.
fn unknown(action: &str) -> Refused {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let shown: String =
        action.chars().take(64).take_while(|c| u8::try_from(*c).is_ok_and(plain)).collect();
    let near = |entry: &&Entry| strsim::jaro_winkler(&shown, entry.spec.action) > 0.8;
    let nearest = ACTIONS.iter().filter(near).max_by(|a, b| {
        let [a, b] = [a, b].map(|entry| strsim::jaro_winkler(&shown, entry.spec.action));
        a.total_cmp(&b)
    });
    let text = match nearest {
        Some(entry) => format!("Action: {shown} is not one of these; {} is", entry.spec.action),
        None => format!("Action: {shown} is not one of these"),
    };
    Refused::new(100_000_007, text)
}
