//! What must hold of an outcome, whatever the golden file says.

use guestlist::proto::tencent::{FieldFault, Refused, Spec, commands};

use super::mutations::{Must, Mutation};
use super::stage::Outcome;

/// The gateway's codes that a body can cause: no JSON object, an account that is a number.
const GATEWAY_CODES: [u32; 2] = [60003, 60015];

/// A command's dialect's number of a refusal.
pub(super) fn code(spec: &Spec, refused: &Refused) -> u64 {
    (spec.dialect.wire)(refused).code.into()
}

/// Judges the outcomes of one command's mutations, in their order.
pub(super) struct Judge<'a> {
    spec: &'a Spec,
    /// The code of a field that is not what it should be.
    field: u64,
    /// That, and those of particular fields: all of them name the field.
    fields: [u64; 5],
    /// The code of a store that fails.
    fails: u64,
    app: &'static str,
    /// What came of the body without the field that is being changed.
    missing: String,
}

impl<'a> Judge<'a> {
    pub(super) fn new(spec: &'a Spec, app: &'static str) -> Self {
        let fault = || FieldFault::new("", "");
        let fields = [
            Refused::Field(fault()),
            Refused::RoomType(fault()),
            Refused::ListLength(fault()),
            Refused::GroupId(fault()),
            Refused::ProfileValue(fault()),
        ];
        let fields = fields.map(|refused| code(spec, &refused));
        let fails = code(spec, &Refused::Unavailable);
        Self { spec, field: fields[0], fields, fails, app, missing: String::new() }
    }

    /// What is wrong with an outcome; nothing if nothing is.
    pub(super) fn fault(&mut self, mutation: &Mutation, outcome: &Outcome) -> Option<String> {
        let Mutation { at, how, .. } = mutation;
        let Outcome { code, info } = outcome;
        if how == "missing" {
            self.missing = format!("{code} {info}");
        }
        let fault = self.of_any(mutation, outcome).or_else(|| self.of_this(mutation, outcome))?;
        let (name, app) = (self.spec.name(), self.app);
        Some(format!("{name} ({app}) | {at} | {how} | {code} {info}: {fault}"))
    }

    /// What must hold of every outcome.
    fn of_any(&self, mutation: &Mutation, outcome: &Outcome) -> Option<String> {
        let Outcome { code, info } = outcome;
        let known = self.spec.answers.iter().chain(&GATEWAY_CODES);
        let known = *code == 0 || known.into_iter().any(|known| u64::from(*known) == *code);
        let own_name = field_name(&mutation.at);
        let repeats = info.contains("zq") && !own_name.ends_with("_Account");
        if !known || *code == self.fails {
            Some("not a code of this command's that a body can cause".into())
        } else if repeats || info.contains("987654321") {
            Some("it repeats what was sent".into())
        } else if (*code == 60015 || self.fields.contains(code))
            && !info.contains(own_name)
            && !(mutation.must == Must::BeWithin && names_another(&mutation.body, info))
        {
            Some("it does not name the field".into())
        } else {
            None
        }
    }

    /// What must hold of this one.
    fn of_this(&self, mutation: &Mutation, outcome: &Outcome) -> Option<String> {
        let (at, code, info) = (&mutation.at, outcome.code, &outcome.info);
        let says = |reason: &str| info.starts_with(&format!("{at}: {reason}"));
        let (holds, otherwise) = match mutation.must {
            Must::Succeed => (code == 0, "it is a good request".into()),
            Must::BeAsMissing => {
                let same = format!("{code} {info}") == self.missing;
                (same, format!("without the field it is {}", self.missing))
            }
            Must::BeWrongType { number: true } if field_name(at).ends_with("_Account") => {
                let fits = code == 60015 && says("an account must be a string");
                (fits && !info.contains("zq"), "it is a number for an account".into())
            }
            Must::BeWrongType { .. } => {
                let fits = code == self.field && (says("wrong type, ") || says("expected "));
                (fits && !info.contains("zq"), "it is of the wrong type".into())
            }
            Must::BeBeyond(limit) => {
                let fits =
                    self.fields.contains(&code) && says("") && info.contains(&limit.to_string());
                (fits && !info.contains("zq"), format!("the limit is {limit}"))
            }
            Must::BeWithin => {
                let number = info.strip_prefix(&format!("{at}: ")).unwrap_or_default();
                let limit = number.starts_with(|it: char| it == '-' || it.is_ascii_digit());
                (!limit, "it is within its limits".into())
            }
            Must::BeMissing => (code == self.field && says("missing"), "it is missing".into()),
            Must::BeRepeated => {
                (code == self.field && says("stands there twice"), "it is twice".into())
            }
            Must::BeNoObject => (code == 60003, "it is no JSON object".into()),
            Must::BeAsWritten => return None,
        };
        (!holds).then_some(otherwise)
    }
}

/// Whether a text begins with the name of a field of the body: one value may not go with another's.
fn names_another(body: &str, info: &str) -> bool {
    let fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(body).unwrap_or_default();
    fields.keys().any(|name| info.starts_with(&format!("{name}: ")))
}

/// The name of the field that a path leads to or into.
fn field_name(at: &str) -> &str {
    let field = at.rsplit('.').next().unwrap_or_default();
    field.split('[').next().unwrap_or_default()
}

/// Each row is an outcome that no golden file may bless away, beside one that is as it must be.
#[test]
fn a_wrong_outcome_is_found() {
    let mut listed = commands();
    let update = listed.find(|entry| entry.spec.name() == "update_room_member_info");
    let update = &update.expect("a command of the list").spec;
    let name = "MemberInfo.NameCard";
    let account = "MemberInfo.Member_Account";
    let wrong = "{at}: wrong type, expected a string";
    let rows = [
        (name, Must::Succeed, (0, ""), (100_004, "the room does not exist")),
        (name, Must::BeAsWritten, (0, ""), (100_001, "internal error, please retry")),
        (name, Must::BeAsWritten, (0, ""), (100_700, "too many robots")),
        (name, Must::BeAsWritten, (100_002, "NameCard: bad"), (100_002, "something is bad")),
        (name, Must::BeAsWritten, (100_002, "NameCard: bad"), (100_002, "NameCard: zq is bad")),
        (name, Must::BeBeyond(32), (100_002, "{at}: 33, at most 32"), (100_002, "{at}: too long")),
        (name, Must::BeBeyond(32), (100_002, "{at}: 33, at most 32"), (0, "")),
        (name, Must::BeWithin, (0, ""), (100_002, "{at}: 32 bytes, at most 31")),
        (name, Must::BeMissing, (100_002, "{at}: missing"), (0, "")),
        (name, Must::BeRepeated, (100_002, "{at}: stands there twice"), (0, "")),
        (name, Must::BeNoObject, (60003, "line 1"), (100_002, "NameCard: missing")),
        (name, Must::BeAsMissing, (100_002, "{at}: none"), (0, "")),
        (name, Must::BeWrongType { number: true }, (100_002, wrong), (0, "")),
        (name, Must::BeWrongType { number: true }, (100_002, wrong), (60015, "{at}: no")),
        (account, Must::BeWrongType { number: false }, (100_002, wrong), (60015, "{at}: no")),
        (
            account,
            Must::BeWrongType { number: true },
            (60015, "{at}: an account must be a string"),
            (100_002, wrong),
        ),
    ];
    for (at, must, good, bad) in rows {
        let fault = |(code, info): (u64, &str)| {
            let info = info.replace("{at}", at);
            let mut judge =
                Judge { missing: format!("100002 {at}: none"), ..Judge::new(update, "") };
            let (at, how, body) = (at.to_owned(), String::new(), String::new());
            judge.fault(&Mutation { at, how, body, must }, &Outcome { code, info })
        };
        assert_eq!(fault(good), None, "{at}: {good:?}");
        assert!(fault(bad).is_some(), "{at}: {bad:?}");
    }
}
