//! The gateway: every check that is the same for all commands, in one order.
//!
//! URL, origin, service and command, app, method (strict only), identifier, ticket, administrator,
//! rates; then the body. What is refused before the body is read costs no more than its head.

use std::collections::HashMap;
use std::sync::Arc;

use super::command::{Call, Entry};
use super::dialect::{Dialect, Envelope, UnknownCommand};
use super::head::{Head, Parameters, shown_path};
use super::nearest::nearest;
use super::refused::{GatewayRefusal, Refused, Wire};
use super::reply::Reply;
use super::{chat, room};
use crate::domain::AppId;
use crate::engine::{App, AuthRefusal, Caller, Engine, FaultMark, RequestId};
use crate::proto::origin::is_loopback_origin;
use crate::sig::usersig::TicketFault;

/// Which pages of a browser may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origins {
    /// All of them, as the vendor documents.
    Any,
    /// Those of this machine: the keys in use are known to everybody.
    Loopback,
}

/// What a browser is told about who may read the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowOrigin<'a> {
    /// `*`.
    Any,
    /// This origin alone.
    Only(&'a [u8]),
    /// Nobody.
    Nobody,
}

/// Calls per second of each app, in a service that says only to its callers which commands it has:
/// of all commands together that it has not.
const UNKNOWN_CALLS_PER_SECOND: u32 = 200;

/// A request for a command; or for none, of a service that says so only to its callers.
pub struct Found<'a> {
    target: Target,
    parameters: Parameters<'a>,
}

enum Target {
    Command {
        number: usize,
        entry: &'static Entry,
    },
    /// None of the service's commands.
    Unknown {
        service: &'static str,
        refusal: GatewayRefusal,
    },
}

impl Target {
    /// What calls are counted under, how the refusal calls it, and how many there may be.
    fn rate(&self) -> (&'static str, &'static str, u32) {
        match self {
            Self::Command { entry: Entry { spec, .. }, .. } => {
                (spec.path, spec.name(), spec.calls_per_second)
            }
            Self::Unknown { service, .. } => (service, service, UNKNOWN_CALLS_PER_SECOND),
        }
    }
}

/// A request that may be performed once its body is there.
#[derive(Debug)]
pub struct Admitted {
    pub(super) entry: &'static Entry,
    pub(super) app: Arc<App>,
    caller: Caller,
    /// No body counts as `{}`.
    body_optional: bool,
}

/// A reply, and what the logs need to know of it.
#[derive(Debug)]
pub struct Answer {
    /// The reply's body.
    pub body: Vec<u8>,
    /// Its name.
    pub request_id: RequestId,
    /// What it looks like.
    pub envelope: Envelope,
    /// Why it is a refusal, if it is one.
    pub refused: Option<Wire>,
    /// The fault that struck the request, if one did.
    pub fault: Option<FaultMark>,
}

impl Answer {
    /// `ErrorCode`: 0 is success.
    #[must_use]
    pub fn code(&self) -> u32 {
        self.refused.as_ref().map_or(0, |wire| wire.code)
    }
}

/// Answers requests of Tencent's dialects.
pub struct Gateway {
    pub(super) engine: Arc<Engine>,
    /// Each command's entry and its number, by path.
    commands: HashMap<&'static str, (usize, &'static Entry)>,
    origins: Origins,
}

/// All commands of all services; a command's place is its number.
pub fn commands() -> impl Iterator<Item = &'static Entry> + Clone {
    room::COMMANDS.iter().chain(chat::COMMANDS)
}

/// All dialects. The first is spoken where a path names no service.
pub fn dialects() -> impl Iterator<Item = &'static Dialect> {
    [&room::DIALECT, &chat::GROUPS, &chat::ACCOUNTS].into_iter()
}

impl Gateway {
    /// A gateway to all services.
    #[must_use]
    pub fn new(engine: Arc<Engine>, origins: Origins) -> Self {
        let numbered = commands().enumerate();
        let commands = numbered.map(|(number, entry)| (entry.spec.path, (number, entry))).collect();
        Self { engine, commands, origins }
    }

    /// A name for a request that just came in.
    #[must_use]
    pub fn next_request_id(&self) -> RequestId {
        self.engine.next_request_id()
    }

    /// Whom a browser may show the answer to.
    #[must_use]
    pub fn allow_origin<'a>(&self, origin: Option<&'a [u8]>) -> AllowOrigin<'a> {
        match (self.origins, origin) {
            (Origins::Any, _) => AllowOrigin::Any,
            (Origins::Loopback, Some(origin)) if is_loopback_origin(origin) => {
                AllowOrigin::Only(origin)
            }
            (Origins::Loopback, _) => AllowOrigin::Nobody,
        }
    }

    /// Finds the command of a request: URL, origin, service and command.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn find<'a>(&self, head: &Head<'a>) -> Result<Found<'a>, GatewayRefusal> {
        let path = command_path(head.path)?;
        let parameters = Parameters::scan(head.query)?;
        if head.origin.is_some() && self.allow_origin(head.origin) == AllowOrigin::Nobody {
            return Err(GatewayRefusal::Origin);
        }
        let target = match self.commands.get(path) {
            Some((number, entry)) => Target::Command { number: *number, entry },
            None => unknown(path)?,
        };
        Ok(Found { target, parameters })
    }

    /// Checks everything else that does not need the body.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn admit(&self, found: Found<'_>, method: &str) -> Result<Admitted, GatewayRefusal> {
        let Found { target, parameters } = found;
        let app = self.app(parameters.sdkappid.as_deref())?;
        if app.strict() && method != "POST" {
            return Err(GatewayRefusal::Method);
        }
        let identifier = parameters.identifier.filter(|text| !text.is_empty());
        let identifier = identifier.ok_or(GatewayRefusal::NoIdentifier)?;
        let ticket = parameters.usersig.filter(|text| !text.is_empty());
        let ticket = ticket.ok_or(AuthRefusal::Ticket(TicketFault::Empty));
        let caller = ticket.and_then(|ticket| app.authenticate(&identifier, &ticket));
        let caller = caller.map_err(GatewayRefusal::Auth)?;
        let (counted, command, calls_per_second) = target.rate();
        app.count_call(counted, calls_per_second)
            .map_err(|rate| GatewayRefusal::Rate { command, rate })?;
        match target {
            Target::Command { entry, .. } => {
                let body_optional = entry.spec.reads && method == "GET";
                Ok(Admitted { entry, app, caller, body_optional })
            }
            Target::Unknown { refusal, .. } => Err(refusal),
        }
    }

    /// Performs an admitted request.
    pub async fn perform(&self, admitted: &Admitted, body: &[u8], request_id: RequestId) -> Answer {
        let Admitted { entry, app, caller, .. } = admitted;
        let dialect = entry.spec.dialect;
        let body = match body {
            [] if admitted.body_optional => b"{}",
            [] => return refusal(dialect, &GatewayRefusal::EmptyBody.into(), request_id),
            body => body,
        };
        let envelope = dialect.envelope;
        let mut reply = Reply::ok(envelope, request_id);
        let call = Call { engine: &self.engine, app, caller };
        match (entry.run)(&call, body, &mut reply).await {
            Ok(()) => {
                let body = reply.finish();
                Answer { body, request_id, envelope, refused: None, fault: None }
            }
            Err(refused) => refusal(dialect, &refused, request_id),
        }
    }

    /// The answer to what the gateway refuses. The path says in which dialect.
    #[must_use]
    pub fn refuse(&self, path: &str, refused: GatewayRefusal, request_id: RequestId) -> Answer {
        refusal(dialect_of(path), &refused.into(), request_id)
    }

    /// The answer when a bug of ours kept the request from being answered. The path says in which
    /// dialect.
    #[must_use]
    pub fn apologise(&self, path: &str, request_id: RequestId) -> Answer {
        refusal(dialect_of(path), &Refused::Panicked, request_id)
    }

    pub(super) fn app(&self, sdkappid: Option<&str>) -> Result<Arc<App>, GatewayRefusal> {
        let text = sdkappid.filter(|text| !text.is_empty()).ok_or(GatewayRefusal::NoApp)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let id = text.parse().ok().filter(|_| digits).map(AppId);
        id.and_then(|id| self.engine.app(id)).ok_or(GatewayRefusal::UnknownApp)
    }
}

impl Found<'_> {
    /// The number of the command among [`commands`], if it is one of them.
    #[must_use]
    pub fn number(&self) -> Option<usize> {
        match self.target {
            Target::Command { number, .. } => Some(number),
            Target::Unknown { .. } => None,
        }
    }

    /// What the query says.
    #[must_use]
    pub fn parameters(&self) -> &Parameters<'_> {
        &self.parameters
    }
}

fn refusal(dialect: &Dialect, refused: &Refused, request_id: RequestId) -> Answer {
    numbered(dialect, (dialect.wire)(refused), request_id)
}

/// A refusal whose number is known.
pub(super) fn numbered(dialect: &Dialect, wire: Wire, request_id: RequestId) -> Answer {
    let envelope = dialect.envelope;
    let body = Reply::refused(envelope, request_id, &wire).finish();
    Answer { body, request_id, envelope, refused: Some(wire), fault: None }
}

/// The dialect and the name of a service; none if there is no such service.
fn service(name: &str) -> Option<(&'static Dialect, &'static str)> {
    dialects().find_map(|dialect| {
        let known = dialect.services.iter().find(|known| **known == name)?;
        Some((dialect, *known))
    })
}

/// The dialect in which a path is answered, whatever is wrong with it.
fn dialect_of(path: &str) -> &'static Dialect {
    let name = path.split('/').nth(2).unwrap_or_default();
    service(name).map_or(&room::DIALECT, |(dialect, _)| dialect)
}

/// A path of no command: refused at once, or only once it is known who asks.
fn unknown(path: &str) -> Result<Target, GatewayRefusal> {
    let refusal = unknown_command(path);
    let (name, _) = path.split_once('/').unwrap_or_default();
    match service(name) {
        Some((dialect, service)) if dialect.unknown_command == UnknownCommand::ToCallers => {
            Ok(Target::Unknown { service, refusal })
        }
        _ => Err(refusal),
    }
}

/// Says what is nearest to a service and a command that are not here.
fn unknown_command(path: &str) -> GatewayRefusal {
    let shown = shown_path(path);
    // Without what is not shown: behind a forgotten `?` stands the query.
    let nearest = nearest(shown.trim_end_matches('…'), commands().map(|entry| entry.spec.path));
    GatewayRefusal::Command { path: shown.into_owned(), nearest }
}

/// The service and command of a path: `/v4/{service}/{command}`. Another version of it is told
/// apart from everything else, which is no path of an API.
pub(super) fn command_path(path: &str) -> Result<&str, GatewayRefusal> {
    let path = path.strip_prefix('/').ok_or(GatewayRefusal::Path)?;
    let (version, rest) = path.split_once('/').ok_or(GatewayRefusal::Path)?;
    let (service, command) = rest.split_once('/').ok_or(GatewayRefusal::Path)?;
    let digits = version.strip_prefix('v').filter(|digits| !digits.is_empty());
    let is_version = digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_version || service.is_empty() || command.is_empty() || command.contains('/') {
        return Err(GatewayRefusal::Path);
    }
    if version == "v4" {
        return Ok(rest);
    }
    Err(GatewayRefusal::Version { path: shown_path(path).into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_of_a_service_of_its_dialect() {
        for entry in commands() {
            let path = format!("/v4/{}", entry.spec.path);
            assert_eq!(dialect_of(&path).name, entry.spec.dialect.name, "{path}");
        }
        for dialect in dialects() {
            for service in dialect.services {
                for path in [format!("/v4/{service}/nothing"), format!("/v3/{service}/x/y")] {
                    assert_eq!(dialect_of(&path).name, dialect.name, "{path}");
                }
            }
        }
        for path in ["", "/", "/v4", "/v4/nothing/create_group", "group_open_http_svc/x"] {
            assert_eq!(dialect_of(path).name, room::DIALECT.name, "{path}");
        }
    }

    #[test]
    fn a_path_is_a_command_an_unknown_one_or_none() {
        assert_eq!(command_path("/v4/a/b"), Ok("a/b"));
        for other in ["/v3/a/b", "/v40/a/b"] {
            let path = other[1..].to_owned();
            assert_eq!(command_path(other), Err(GatewayRefusal::Version { path }), "{other}");
        }
        for none in ["", "/", "/v4", "/v4/", "/v4/a", "/v4/a/", "/v4//b", "/v4/a/b/", "/v/a/b", "*"]
        {
            assert_eq!(command_path(none), Err(GatewayRefusal::Path), "{none}");
        }
    }
}
