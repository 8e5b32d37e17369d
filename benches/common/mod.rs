//! What both benches work on: one app with a key of its own, and rooms full of members of one size.
//!
//! A member has an account of 20 bytes, a name card of 14 and a custom info of 24, none of which
//! needs escaping in JSON. Where a member stands is known from its number, so that whoever drives a
//! server can ask for any page of a room that another process filled.

use std::sync::Arc;

use guestlist::config::{Defaults, Settings, Sources};
use guestlist::domain::{
    Account, AppId, CreateRoom, CustomFields, Decision, Delta, Env, Gate, Member, MemberWrite,
    Need, Operation, Position, Role, RoomId, SeatRequest, Silenced, Slice, TakeSeatMode, Tally,
};
use guestlist::engine::{App, Engine};
use guestlist::sig::usersig::{Claims, SecretKey, sign};
use guestlist::telemetry::Metrics;

/// The app of the benches.
pub(crate) const APP: AppId = AppId(1_400_000_001);
/// Its administrator, who signs all requests.
pub(crate) const ADMIN: &str = "administrator";
/// Its key, as a console shows one.
const KEY: &str = "62656e6368206b6579206f6620677565737474696c6973742062656e63682031";
/// How long a ticket lives, in seconds: the half year that the vendor's samples use.
const TICKET_LIFETIME_S: u64 = 180 * 24 * 3600;
/// Where the first member of a room stands, in Unix milliseconds; the others follow one by one.
const FIRST_JOINED_MS: u64 = 1_700_000_000_000;
/// Seats of every room.
pub(crate) const SEATS: u32 = 32;
/// Members that are put into a room with one commit.
const FILL_STEP: u32 = 1_000;

/// What `--set` says of the app: a key of its own, no limit on calls per second, seats, and robots
/// without end.
pub(crate) fn overrides() -> Vec<String> {
    vec![
        "server.listen=127.0.0.1:0".to_owned(),
        format!("app.0.sdkappid={APP}"),
        format!("app.0.secret_keys=[\"{KEY}\"]"),
        "app.0.unlimited=true".to_owned(),
        format!("app.0.room.max_seat_count={SEATS}"),
        format!("app.0.room.max_robot_count={}", u32::MAX),
        format!("app.0.chat.member_fields=[\"{}\",\"{}\"]", FIELDS[0].0, FIELDS[1].0),
    ]
}

/// Settings as in `guestlist serve`, and more of what `--set` says.
pub(crate) fn settings(more: &[String]) -> Settings {
    let overrides = [overrides().as_slice(), more].concat();
    let sources = Sources { overrides, ..Sources::default() };
    Settings::load(&sources, Defaults::Serve).expect("the settings of the benches are good")
}

/// The app's key.
pub(crate) fn key() -> SecretKey {
    SecretKey::new(KEY)
}

/// More tickets than an app remembers, by far: 4 MiB of them. The memory fills with the first ones
/// and keeps those, so that a round through others meets none that is known.
pub(crate) const FORGOTTEN_TICKETS: usize = 20_000;
/// Tickets that are not known when they come, going round, once the memory is full.
pub(crate) const FRESH_TICKETS: usize = 40_000;

/// So many tickets of the administrator, no two alike, all good now.
pub(crate) fn tickets(now_s: u64, count: usize) -> Vec<String> {
    let key = key();
    let ticket = |number| {
        let claims = Claims {
            identifier: ADMIN.to_owned(),
            sdkappid: u64::from(APP.0),
            time_s: now_s - number % 3_600,
            expire_s: TICKET_LIFETIME_S + number,
            userbuf: None,
        };
        sign(&key, &claims)
    };
    (0..count as u64).map(ticket).collect()
}

/// The room with so many members.
pub(crate) fn room(members: u32) -> RoomId {
    RoomId::parse(&format!("room-of-{members}")).expect("a short name")
}

/// The custom fields of a community's members, with what they hold.
const FIELDS: [(&str, &str); 2] = [("level", "7"), ("title", "Keeper of the keys")];

/// A member's account.
pub(crate) fn account(number: u32) -> Account {
    Account::parse(&format!("member-{number:013}")).expect("20 bytes")
}

/// A member's name card; each number has another one.
pub(crate) fn name_card(number: u32) -> String {
    format!("Guest {number:08}")
}

/// Where a member stands.
pub(crate) fn position(number: u32) -> Position {
    Position { joined_ms: FIRST_JOINED_MS + u64::from(number), account: account(number) }
}

/// So many numbers below a bound, all over the place, the same ones in each run.
pub(crate) fn scattered(below: u32, count: usize) -> Vec<u32> {
    // Weyl's sequence by the golden ratio; its upper half, taken as a fraction.
    let fraction = |nth: u64| nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let number = |nth| (fraction(nth) * u64::from(below)) >> 32;
    (1..=count as u64).map(|nth| u32::try_from(number(nth)).expect("below a u32")).collect()
}

/// Makes [`room`]`(members)` and fills it: the owner first, one place for each.
pub(crate) async fn fill(engine: &Engine, app: &App, members: u32) {
    let room = room(members);
    let create = CreateRoom {
        by: Account::parse(ADMIN).expect("13 bytes"),
        owner: account(0),
        name: "".into(),
        max_member_count: Some(members),
        start_s: None,
        end_s: None,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: Some(SeatRequest { count: Some(SEATS), mode: TakeSeatMode::Free }),
        gate: Gate::default(),
        invitees: Vec::new(),
    };
    engine.run(app, &room, &create).await.expect("the room is new");
    put_members(engine, app, &room, members).await;
}

/// Puts so many members into a room that is empty but for its owner, who is the first of them.
pub(crate) async fn put_members(engine: &Engine, app: &App, room: &RoomId, members: u32) {
    for from in (0..members).step_by(FILL_STEP as usize) {
        let fill = Fill { from, to: members.min(from + FILL_STEP) };
        engine.run(app, room, &fill).await.expect("the room is there");
    }
}

/// Puts the members of some numbers into a room that has those before them.
struct Fill {
    from: u32,
    to: u32,
}

impl Operation for Fill {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need::default()
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let newest_joined_ms = position(self.to - 1).joined_ms;
        let (members, present) = (self.to, self.to);
        let tally = Tally { members, present, newest_joined_ms, ..*room.tally };
        let tally = tally.with_due(room.facts, env);
        let fields = if room.facts.kind.is_group() { fields() } else { CustomFields::default() };
        let member = |number| Member { fields: fields.clone(), ..member(number) };
        let members = (self.from..self.to).map(member).map(MemberWrite::Put).collect();
        Ok((Delta { tally: Some(tally), members, ..Delta::default() }, ()))
    }
}

fn fields() -> CustomFields {
    CustomFields::default().with(&FIELDS.map(|(key, value)| (key.into(), value.into())))
}

fn member(number: u32) -> Member {
    let Position { joined_ms, account } = position(number);
    Member {
        name: name_card(number).into(),
        custom_info: format!("level=7;team=r;{number:09}").into(),
        role: if number == 0 { Role::Owner } else { Role::Member },
        entered: true,
        ..Member::named(account, joined_ms)
    }
}

/// Metrics that nobody reads.
pub(crate) fn metrics() -> Arc<Metrics> {
    Arc::new(Metrics::new(std::iter::empty()))
}
