//! The tables of codes hold every code that a refusal can become, and no other.

use std::collections::BTreeSet;

use crate::domain::{Account, Ceiling, GroupType, Refusal};
use crate::engine::{AuthRefusal, RateRefusal};
use crate::proto::tencent::{
    FieldFault, GATEWAY_CODES, GatewayRefusal, Quota, Refused, UnknownCommand, Wire, dialects,
};
use crate::sig::usersig::TicketFault;

/// One of each. A new refusal stops the build in `is_known`: then it belongs here too.
fn gateway_refusals() -> Vec<GatewayRefusal> {
    use GatewayRefusal as G;
    let text = String::new;
    let auth = [
        AuthRefusal::Ticket(TicketFault::Empty),
        AuthRefusal::Ticket(TicketFault::TooLong { size_bytes: 0 }),
        AuthRefusal::OtherApp { asked: 0, ticket: 0 },
        AuthRefusal::OtherIdentifier { asked: text(), ticket: text() },
        AuthRefusal::Expired { until_s: 0, now_s: 0 },
        AuthRefusal::Signature,
        AuthRefusal::NotAdministrator,
    ];
    let rates =
        [RateRefusal::Command { calls_per_second: 0 }, RateRefusal::App { calls_per_second: 0 }];
    let others = [
        G::Path,
        G::Encoding { name: "" },
        G::Method,
        G::Origin,
        G::Command { path: text(), nearest: None },
        G::Command { path: text(), nearest: Some("") },
        G::Version { path: text() },
        G::NoApp,
        G::UnknownApp,
        G::NoIdentifier,
        G::EmptyBody,
        G::Json { reason: text() },
        G::AccountNotText { field: text() },
        G::BodyTooLarge { at_most_bytes: 0 },
        G::BodyBroken,
        G::Busy,
        G::TimedOut,
        G::Fault { word: "" },
        G::FaultAsked { reason: text() },
    ];
    let rates = rates.map(|rate| G::Rate { command: "", rate });
    others.into_iter().chain(auth.map(G::Auth)).chain(rates).collect()
}

fn refusals() -> Vec<Refusal> {
    let account = Account::parse("a").unwrap();
    vec![
        Refusal::NoSuchRoom,
        Refusal::RoomExists,
        Refusal::RoomExistsAndYours,
        Refusal::IsAGroup,
        Refusal::GroupTypeForbids { group_type: GroupType::Private },
        Refusal::OwnerStays { account: account.clone() },
        Refusal::OwnerNotMutable { account: account.clone() },
        Refusal::NotAMember { account: account.clone() },
        Refusal::OwnerKeepsRole { account: account.clone() },
        Refusal::NotTheOwner { account: account.clone() },
        Refusal::OwnerNotBannable { account: account.clone() },
        Refusal::Banned { account: account.clone() },
        Refusal::NoSuchSeat { index: 0, last: 0 },
        Refusal::SeatLocked { index: 0 },
        Refusal::SeatTaken { index: 0 },
        Refusal::SeatsFull { count: 0 },
        Refusal::SeatedAlready { account: account.clone() },
        Refusal::NotSeated { account: account.clone() },
        Refusal::AwaitsSeat { account: account.clone() },
        Refusal::AwaitsNoSeat { account: account.clone() },
        Refusal::StreamTaken { account: account.clone() },
        Refusal::NoSuchStream { account },
        Refusal::TooManyStreams { at_most: 0 },
        Refusal::TooManyAdmins { at_most: 0 },
        Refusal::TooManyMarks { at_most: 0 },
        Refusal::TooManyRobots { at_most: 0 },
        Refusal::RoomFull { at_most: 0 },
        Refusal::AboveCeiling { ceiling: Ceiling::Members, asked: 0, at_most: 0 },
        Refusal::AboveCeiling { ceiling: Ceiling::Seats, asked: 0, at_most: 0 },
        Refusal::ScheduleTooShort { length_s: 0, at_least_s: 0 },
        Refusal::NoPasswordToAskFor,
        Refusal::NoSeats,
        Refusal::PasswordNeeded,
        Refusal::PasswordWrong,
    ]
}

/// Names every refusal, so that none is forgotten above.
fn is_known(refused: &Refused) -> bool {
    use GatewayRefusal as G;
    match refused {
        Refused::Gateway(
            G::Path
            | G::Encoding { .. }
            | G::Method
            | G::Origin
            | G::Command { nearest: None | Some(_), .. }
            | G::Version { .. }
            | G::NoApp
            | G::UnknownApp
            | G::NoIdentifier
            | G::EmptyBody
            | G::Json { .. }
            | G::AccountNotText { .. }
            | G::BodyTooLarge { .. }
            | G::BodyBroken
            | G::Busy
            | G::TimedOut
            | G::Fault { .. }
            | G::FaultAsked { .. }
            | G::Rate { rate: RateRefusal::Command { .. } | RateRefusal::App { .. }, .. }
            | G::Auth(
                AuthRefusal::Ticket(_)
                | AuthRefusal::OtherApp { .. }
                | AuthRefusal::OtherIdentifier { .. }
                | AuthRefusal::Expired { .. }
                | AuthRefusal::Signature
                | AuthRefusal::NotAdministrator,
            ),
        )
        | Refused::Field(_)
        | Refused::RoomType(_)
        | Refused::ListLength(_)
        | Refused::GroupId(_)
        | Refused::ProfileValue(_)
        | Refused::TypeForbids(_)
        | Refused::UnknownAccount { .. }
        | Refused::Quota {
            quota:
                Quota::Groups
                | Quota::AvChatRooms
                | Quota::GroupsOfAccount(_)
                | Quota::Members { .. }
                | Quota::Accounts,
            ..
        }
        | Refused::ReplyTooLarge { .. }
        | Refused::ReceiverExists
        | Refused::NoReceiver
        | Refused::Unavailable
        | Refused::Panicked
        | Refused::Rule(
            Refusal::NoSuchRoom
            | Refusal::RoomExists
            | Refusal::RoomExistsAndYours
            | Refusal::IsAGroup
            | Refusal::GroupTypeForbids { .. }
            | Refusal::OwnerStays { .. }
            | Refusal::OwnerNotMutable { .. }
            | Refusal::NotAMember { .. }
            | Refusal::NotTheOwner { .. }
            | Refusal::OwnerKeepsRole { .. }
            | Refusal::OwnerNotBannable { .. }
            | Refusal::Banned { .. }
            | Refusal::NoSuchSeat { .. }
            | Refusal::SeatLocked { .. }
            | Refusal::SeatTaken { .. }
            | Refusal::SeatsFull { .. }
            | Refusal::SeatedAlready { .. }
            | Refusal::NotSeated { .. }
            | Refusal::AwaitsSeat { .. }
            | Refusal::AwaitsNoSeat { .. }
            | Refusal::StreamTaken { .. }
            | Refusal::NoSuchStream { .. }
            | Refusal::TooManyStreams { .. }
            | Refusal::TooManyAdmins { .. }
            | Refusal::TooManyMarks { .. }
            | Refusal::TooManyRobots { .. }
            | Refusal::RoomFull { .. }
            | Refusal::AboveCeiling { .. }
            | Refusal::ScheduleTooShort { .. }
            | Refusal::NoPasswordToAskFor
            | Refusal::NoSeats
            | Refusal::PasswordNeeded
            | Refusal::PasswordWrong,
        ) => true,
    }
}

fn codes(wire: fn(&Refused) -> Wire, refused: impl IntoIterator<Item = Refused>) -> BTreeSet<u32> {
    let code = |refused: Refused| {
        assert!(is_known(&refused));
        let wire = wire(&refused);
        assert!(!wire.text.is_empty(), "{refused:?} says nothing");
        wire.code
    };
    refused.into_iter().map(code).collect()
}

fn table(rows: &[(u32, &str)]) -> BTreeSet<u32> {
    rows.iter().map(|(code, _)| *code).collect()
}

#[test]
fn the_gateway_s_table_holds_what_it_answers() {
    for dialect in dialects() {
        let mut answered =
            codes(dialect.wire, gateway_refusals().into_iter().map(Refused::Gateway));
        if dialect.unknown_command == UnknownCommand::ToCallers {
            assert!(answered.remove(&NO_SUCH_GROUP_COMMAND), "{}", dialect.name);
            let known = GatewayRefusal::Version { path: String::new() };
            answered.insert((dialect.wire)(&known.into()).code);
        }
        assert_eq!(answered, table(GATEWAY_CODES), "{}", dialect.name);
    }
}

#[test]
fn each_dialect_s_table_holds_what_it_answers() {
    for dialect in dialects() {
        let mut answered = codes(dialect.wire, all());
        if dialect.unknown_command == UnknownCommand::ToCallers {
            answered.insert(NO_SUCH_GROUP_COMMAND);
        }
        assert_eq!(answered, table(dialect.meanings), "{}", dialect.name);
        assert!(dialect.meanings.is_sorted(), "{}", dialect.name);
    }
}

/// What the groups' service answers instead of 60009.
const NO_SUCH_GROUP_COMMAND: u32 = 10003;

/// Every refusal that is not the gateway's.
fn all() -> impl Iterator<Item = Refused> {
    let account = || Account::parse("a").unwrap();
    let fault = || FieldFault::new("field", "fault");
    let quotas = [
        Quota::Groups,
        Quota::AvChatRooms,
        Quota::GroupsOfAccount(account()),
        Quota::Members { asked: 0 },
        Quota::Accounts,
    ];
    let others = [
        Refused::Field(fault()),
        Refused::RoomType(fault()),
        Refused::ListLength(fault()),
        Refused::GroupId(fault()),
        Refused::ProfileValue(fault()),
        Refused::TypeForbids(fault()),
        Refused::UnknownAccount { field: "", account: account() },
        Refused::UnknownAccount { field: "field", account: account() },
        Refused::ReplyTooLarge { bytes: 0, at_most_bytes: 0 },
        Refused::ReceiverExists,
        Refused::NoReceiver,
        Refused::Unavailable,
        Refused::Panicked,
    ];
    let quotas = quotas.map(|quota| Refused::Quota { quota, at_most: 0 });
    refusals().into_iter().map(Refused::Rule).chain(others).chain(quotas)
}
