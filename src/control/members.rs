//! Members: a page of a room's, one who enters, one who leaves.

use std::net::IpAddr;
use std::ops::ControlFlow;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{self, NoFields};
use super::member::MemberRow;
use super::page::{self, PageParams};
use super::path::{AtMember, AtRoom};
use super::problem::Problem;
use super::query::Params;
use super::seats::Seating;
use super::{Plane, reply, token};
use crate::domain::{
    Aside, Deed, Enter, Entrance, Entry, Leave, LeaveReason, Login, MemberView, PageQuery,
    PageSink, Platform, Refusal, RoomView, Seats,
};
use crate::engine::{decode_cursor, encode_cursor};
use crate::proto::tencent::Text;
use crate::sig::zego::token04::MAX_TOKEN_BYTES;

/// The longest display name, in bytes: that of the dialect with the largest limit.
const MAX_NAME_BYTES: usize = 256;
/// The longest password, in bytes.
const MAX_PASSWORD_BYTES: usize = 32;
/// The longest name of a session, in bytes.
const MAX_SESSION_BYTES: usize = 64;
/// The longest address, in bytes: one of version 6 that ends like one of version 4.
const MAX_IP_BYTES: usize = 45;
/// What a row of a page takes besides its texts, in bytes.
const ROW_BYTES: usize = 192;

/// A page of members, as [`list`] writes it by hand; the tests hold the two together.
#[derive(Serialize, JsonSchema)]
#[schemars(description = "A page of members.")]
pub(super) struct MemberPage<'a> {
    /// In the order of coming in.
    #[schemars(length(max = page::MAX_LIMIT))]
    members: Vec<MemberRow<'a>>,
    /// What the next page takes as `after`; `""` when nobody follows.
    next: &'a str,
    /// How many are in the whole room.
    count: u32,
}

/// `GET …/members?after=&limit=`
pub(super) async fn list(
    State(plane): State<Arc<Plane>>,
    at: AtRoom,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    let limit = page.limit()?;
    let position = page.after().map(|text| {
        let position = decode_cursor(at.app.id(), &at.room, text);
        position.ok_or_else(|| Problem::bad_request("after: not a `next` of this room"))
    });
    let position = position.transpose()?;
    let query = PageQuery { after: position.as_ref(), seats: true, ..PageQuery::first(limit) };
    let mut rows = Rows::default();
    let end = plane.engine.page(&at.app, &at.room, query, &mut rows).await?;
    let next = end.next.map(|position| encode_cursor(at.app.id(), &at.room, &position));
    let Rows { mut json, .. } = rows;
    json.extend_from_slice(b"],\"next\":");
    reply::write(&mut json, &next.unwrap_or_default());
    json.extend_from_slice(b",\"count\":");
    reply::write(&mut json, &end.count);
    json.push(b'}');
    Ok(reply::written(StatusCode::OK, json))
}

/// The page as far as it is written: opened, and some rows.
#[derive(Default)]
struct Rows {
    json: Vec<u8>,
    seating: Seating,
}

const OPENING: &[u8] = b"{\"members\":[";

impl PageSink for Rows {
    fn begin(&mut self, _: &RoomView<'_>, at_most: usize, seats: &Seats) -> Result<(), Refusal> {
        self.json.reserve(OPENING.len() + at_most * ROW_BYTES);
        self.json.extend_from_slice(OPENING);
        self.seating = Seating::new(seats);
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, _: &Aside) -> ControlFlow<()> {
        if self.json.len() > OPENING.len() {
            self.json.push(b',');
        }
        let seat = self.seating.seat_of(member.account);
        reply::write(&mut self.json, &MemberRow::new(member, seat));
        ControlFlow::Continue(())
    }
}

/// The body of an entry.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct EnterFields<'a> {
    /// The name that the others see.
    #[serde(borrow)]
    #[schemars(length(max = MAX_NAME_BYTES))]
    name: Option<Text<'a>>,
    /// The room's password, where one is asked for.
    #[serde(borrow)]
    #[schemars(length(max = MAX_PASSWORD_BYTES))]
    password: Option<Text<'a>>,
    /// What the client calls its stay. Another one takes the place of the one that is in: a person is
    /// in a room once. Without one, whoever is in stays as he is.
    #[serde(borrow)]
    #[schemars(length(min = 1, max = MAX_SESSION_BYTES))]
    session: Option<Text<'a>>,
    /// What the client runs on. Callbacks tell of it.
    platform: Option<PlatformWord>,
    /// Where the client comes from: an address of IP, version 4 or 6. A rule may forbid it.
    #[serde(borrow)]
    #[schemars(length(max = MAX_IP_BYTES))]
    ip: Option<Text<'a>>,
    /// The token of ZEGO's that the client shows (Token04): checked, and callbacks tell its version.
    #[serde(borrow)]
    #[schemars(length(max = MAX_TOKEN_BYTES))]
    token: Option<Text<'a>>,
}

#[derive(Deserialize, JsonSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum PlatformWord {
    Windows,
    Ios,
    Ipad,
    Android,
    Mac,
    Linux,
    Web,
    MiniProgram,
    Unknown,
}

impl From<PlatformWord> for Platform {
    fn from(word: PlatformWord) -> Self {
        match word {
            PlatformWord::Windows => Self::Windows,
            PlatformWord::Ios => Self::Ios,
            PlatformWord::Ipad => Self::Ipad,
            PlatformWord::Android => Self::Android,
            PlatformWord::Mac => Self::Mac,
            PlatformWord::Linux => Self::Linux,
            PlatformWord::Web => Self::Web,
            PlatformWord::MiniProgram => Self::MiniProgram,
            PlatformWord::Unknown => Self::Unknown,
        }
    }
}

/// The kind of room that is born.
const OPEN: &str = "open";

/// `?create=`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct EnterParams {
    /// `open`: an unknown room is born as an open one.
    #[schemars(extend("enum" = [OPEN]))]
    create: Option<String>,
}

impl EnterParams {
    /// Whether an unknown room is born.
    pub(super) fn opens(&self) -> Result<bool, Problem> {
        match self.create.as_deref() {
            None => Ok(false),
            Some(OPEN) => Ok(true),
            Some(_) => Err(Problem::bad_request("create: must be open")),
        }
    }
}

/// `PUT …/members/{account}`
pub(super) async fn enter(
    State(plane): State<Arc<Plane>>,
    at: AtMember,
    Params(params): Params<EnterParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    let fields: EnterFields<'_> = body::parse(&body)?;
    let session = text_within("session", fields.session.as_ref(), MAX_SESSION_BYTES)?;
    if session.as_deref() == Some("") {
        return Err(Problem::bad_request("session: empty, at least 1 byte"));
    }
    let platform = fields.platform.map(Platform::from).unwrap_or_default();
    let token = fields.token.as_ref().map(Text::as_str);
    let login = token.map(|token| token::check(&at.app, &at.room, &at.account, token));
    let login = login.transpose()?.unwrap_or_default();
    let operation = Enter {
        account: at.account,
        name: text_within("name", fields.name.as_ref(), MAX_NAME_BYTES)?,
        password: text_within("password", fields.password.as_ref(), MAX_PASSWORD_BYTES)?,
        session,
        opens: params.opens()?,
        login: Login { platform, ..login },
    };
    let ip = ip(fields.ip.as_ref())?;
    let (app, room, account) = (&at.app, &at.room, &operation.account);
    if let Some(rule) = plane.engine.forbidden(app, room, account, ip, Deed::Login).await? {
        return Err(Problem::login_forbidden(&rule.key));
    }
    let Entrance { entry, member, seat } = plane.engine.run(&at.app, &at.room, &operation).await?;
    let status = match entry {
        Entry::Entered => StatusCode::CREATED,
        Entry::WasIn => StatusCode::OK,
        Entry::Refused(refusal) => return Err(refusal.into()),
    };
    Ok(reply::json(status, &MemberRow::new(&member.view(), seat)))
}

fn ip(text: Option<&Text<'_>>) -> Result<Option<IpAddr>, Problem> {
    let parsed = text.map(|text| text.as_str().parse()).transpose();
    parsed.map_err(|_| Problem::bad_request("ip: not an address of IP, version 4 or 6"))
}

fn text_within(
    field: &str,
    text: Option<&Text<'_>>,
    at_most: usize,
) -> Result<Option<Box<str>>, Problem> {
    let Some(text) = text.map(Text::as_str) else { return Ok(None) };
    if text.len() > at_most {
        let detail = format!("{field}: {} bytes, at most {at_most}", text.len());
        return Err(Problem::bad_request(detail));
    }
    Ok(Some(text.into()))
}

/// Why somebody leaves.
const REASONS: &[(&str, LeaveReason)] =
    &[("leave", LeaveReason::Left), ("expired", LeaveReason::Expired)];

/// `?reason=`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct LeaveParams {
    /// `leave` unless said; `expired`: the heartbeat was lost.
    #[schemars(extend("enum" = REASONS.iter().map(|(word, _)| *word).collect::<Vec<_>>()))]
    reason: Option<String>,
}

impl LeaveParams {
    fn reason(&self) -> Result<LeaveReason, Problem> {
        let Some(text) = &self.reason else { return Ok(LeaveReason::Left) };
        let known = REASONS.iter().find(|(word, _)| word == text);
        known
            .map(|(_, reason)| *reason)
            .ok_or_else(|| Problem::bad_request("reason: must be leave or expired"))
    }
}

/// `DELETE …/members/{account}?reason=`
pub(super) async fn leave(
    State(plane): State<Arc<Plane>>,
    at: AtMember,
    Params(params): Params<LeaveParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let NoFields {} = body::parse(&body)?;
    let operation = Leave { account: at.account, reason: params.reason()? };
    plane.engine.run(&at.app, &at.room, &operation).await?;
    Ok(StatusCode::NO_CONTENT)
}
