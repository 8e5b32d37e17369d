//! The tables of codes hold every code that a refusal can become, and no other.

use std::collections::BTreeSet;

use crate::domain::{Account, Ceiling, GroupType, Refusal};
use crate::engine::{AuthRefusal, RateRefusal};
use crate::proto::tencent::room::{CODES, wire};
use crate::proto::tencent::{FieldFault, GATEWAY_CODES, GatewayRefusal, Refused};
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
        Refusal::AwaitsNoSeat { account },
        Refusal::TooManyAdmins { at_most: 0 },
        Refusal::TooManyMarks { at_most: 0 },
        Refusal::TooManyRobots { at_most: 0 },
        Refusal::RoomFull { at_most: 0 },
        Refusal::AboveCeiling { ceiling: Ceiling::Members, asked: 0, at_most: 0 },
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

fn codes(refused: impl IntoIterator<Item = Refused>) -> BTreeSet<u32> {
    let code = |refused: Refused| {
        assert!(is_known(&refused));
        wire(&refused).code
    };
    refused.into_iter().map(code).collect()
}

fn table(rows: &[(u32, &str)]) -> BTreeSet<u32> {
    rows.iter().map(|(code, _)| *code).collect()
}

#[test]
fn the_gateway_s_table_holds_what_it_answers() {
    let answered = codes(gateway_refusals().into_iter().map(Refused::Gateway));
    assert_eq!(answered, table(GATEWAY_CODES));
}

#[test]
fn the_room_dialect_s_table_holds_what_it_answers() {
    let fault = FieldFault::new("", "");
    let others = [
        Refused::Field(fault.clone()),
        Refused::RoomType(fault),
        Refused::ReceiverExists,
        Refused::NoReceiver,
        Refused::Unavailable,
        Refused::Panicked,
    ];
    let answered = codes(refusals().into_iter().map(Refused::Rule).chain(others));
    assert_eq!(answered, table(CODES));
}
