//! A member's profile in a reply: which of its fields are wanted, and how they are written.
//!
//! The fields stand in the order of their names, as in the vendor's samples. The order means
//! nothing.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::words::{MSG_FLAGS, ROLES, word_of};
use crate::config::ChatSettings;
use crate::domain::{GroupType, MemberView, Role, Roles};
use crate::engine::App;
use crate::proto::tencent::field::{FieldFault, Text};
use crate::proto::tencent::json::push_string;
use crate::proto::tencent::schema::words;

/// `MuteUntil` of one who is muted for ever, and the longest `MuteTime`, in seconds.
pub(super) const FOR_EVER: u64 = u32::MAX as u64;

/// The names that `MemberInfoFilter` may have. Others are ignored, and so is that of the account:
/// it always comes.
const FILTER_NAMES: &[&str] = &[
    "Role",
    "JoinTime",
    "MsgSeq",
    "MsgFlag",
    "LastSendMsgTime",
    "MuteUntil",
    "NameCard",
    "OnlineStatus",
];

/// A name of `MemberInfoFilter`, as the OpenAPI document shows it.
pub(super) struct InfoName;

impl JsonSchema for InfoName {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "InfoName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "examples": FILTER_NAMES})
    }
}

/// A word of `MemberRoleFilter`, as the OpenAPI document shows it.
pub(super) struct RoleWord;

impl JsonSchema for RoleWord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RoleWord".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "enum": words(ROLES)})
    }
}

/// Which custom fields are shown where no filter names any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// All of the group's type.
    All,
    /// None.
    Nothing,
}

/// Which fields of a profile are wanted.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each field of a profile is wanted or not")]
struct Wanted {
    role: bool,
    join_time: bool,
    msg_seq: bool,
    msg_flag: bool,
    last_send_msg_time: bool,
    mute_until: bool,
    name_card: bool,
    online_status: bool,
}

impl Wanted {
    /// Every field but the one that must be asked for.
    const USUAL: Self = Self {
        role: true,
        join_time: true,
        msg_seq: true,
        msg_flag: true,
        last_send_msg_time: true,
        mute_until: true,
        name_card: true,
        online_status: false,
    };

    fn of(filter: Option<&[Text<'_>]>) -> Self {
        let Some(names) = filter.filter(|names| !names.is_empty()) else { return Self::USUAL };
        let has = |name: &str| names.iter().any(|other| other.as_str() == name);
        Self {
            role: has("Role"),
            join_time: has("JoinTime"),
            msg_seq: has("MsgSeq"),
            msg_flag: has("MsgFlag"),
            last_send_msg_time: has("LastSendMsgTime"),
            mute_until: has("MuteUntil") || has("ShutUpUntil"),
            name_card: has("NameCard"),
            online_status: has("OnlineStatus"),
        }
    }
}

/// What is wanted of profiles in one reply.
pub(super) struct Profiles<'a> {
    wanted: Wanted,
    app: &'a App,
    /// The custom keys that are wanted; none if that is for the type to say.
    keys: Option<Vec<Arc<str>>>,
    now_ms: u64,
}

/// What is known of a member beside the record.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside {
    /// When the mute ends, over or not, in Unix milliseconds; 0 if there is none.
    pub(super) muted_until_ms: u64,
    /// Came into a room that is no group, and is there.
    pub(super) present: bool,
}

impl<'a> Profiles<'a> {
    /// From the filters of a request.
    pub(super) fn new(
        app: &'a App,
        info: Option<&[Text<'_>]>,
        custom: Option<&[Text<'_>]>,
        unnamed: Unnamed,
    ) -> Self {
        let keys = match (custom, unnamed) {
            (None, Unnamed::All) => None,
            (None, Unnamed::Nothing) => Some(Vec::new()),
            (Some(names), _) => Some(known_keys(app.chat(), names)),
        };
        let mut wanted = Wanted::of(info);
        wanted.online_status &= app.chat().online_status;
        Self { wanted, app, keys, now_ms: app.now_ms() }
    }

    /// Whether it is to be known of each who is present where.
    pub(super) fn needs_presence(&self) -> bool {
        self.wanted.online_status
    }

    /// Writes a member of a group of this type, with its braces.
    pub(super) fn push(
        &self,
        out: &mut Vec<u8>,
        of: GroupType,
        member: &MemberView<'_>,
        beside: Beside,
    ) {
        let wanted = self.wanted;
        out.push(b'{');
        self.push_custom(out, of, member);
        let mut number = itoa::Buffer::new();
        if wanted.join_time {
            out.extend_from_slice(br#""JoinTime":"#);
            out.extend_from_slice(number.format(member.joined_ms / 1000).as_bytes());
            out.push(b',');
        }
        if wanted.last_send_msg_time {
            // Nobody writes messages here.
            out.extend_from_slice(br#""LastSendMsgTime":0,"#);
        }
        push_text(out, br#""Member_Account":"#, member.account, member.plain);
        if wanted.msg_flag {
            out.extend_from_slice(br#","MsgFlag":""#);
            out.extend_from_slice(word_of(MSG_FLAGS, member.msg_flag).as_bytes());
            out.push(b'"');
        }
        if wanted.msg_seq {
            out.extend_from_slice(br#","MsgSeq":"#);
            out.extend_from_slice(number.format(member.msg_seq).as_bytes());
        }
        if wanted.mute_until {
            out.extend_from_slice(br#","MuteUntil":"#);
            let until_s = mute_until_s(beside.muted_until_ms, self.now_ms);
            out.extend_from_slice(number.format(until_s).as_bytes());
        }
        if wanted.name_card {
            push_text(out, br#","NameCard":"#, member.name, member.plain);
        }
        if wanted.online_status {
            let online = beside.present || self.app.is_online(member.account);
            let word: &[u8] = if online { b"Online" } else { b"Offline" };
            out.extend_from_slice(br#","OnlineStatus":""#);
            out.extend_from_slice(word);
            out.push(b'"');
        }
        if wanted.role {
            out.extend_from_slice(br#","Role":""#);
            out.extend_from_slice(word_of(ROLES, member.role).as_bytes());
            out.push(b'"');
        }
        out.push(b'}');
    }

    /// Writes the custom fields, each wanted one, set or not, and a comma. Nothing if none is
    /// wanted.
    fn push_custom(&self, out: &mut Vec<u8>, of: GroupType, member: &MemberView<'_>) {
        let mut first = true;
        let configured = self.app.chat().member_keys(of);
        let is_wanted = |key: &&Arc<str>| self.keys.as_ref().is_none_or(|keys| keys.contains(key));
        for key in configured.filter(is_wanted) {
            let opening: &[u8] =
                if first { br#""AppMemberDefinedData":[{"Key":""# } else { br#",{"Key":""# };
            first = false;
            out.extend_from_slice(opening);
            // Keys are letters, digits and `_`.
            out.extend_from_slice(key.as_bytes());
            out.extend_from_slice(br#"","Value":"#);
            push_string(out, member.fields.get(key));
            out.push(b'}');
        }
        if !first {
            out.extend_from_slice(b"],");
        }
    }
}

/// Writes a name and a text. One that is plain needs no escaping.
fn push_text(out: &mut Vec<u8>, name: &[u8], text: &str, plain: bool) {
    out.extend_from_slice(name);
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        push_string(out, text);
    }
}

/// When a mute ends, in Unix seconds; 0 if it is over or there is none.
pub(super) fn mute_until_s(until_ms: u64, now_ms: u64) -> u64 {
    match until_ms {
        u64::MAX => FOR_EVER,
        until_ms if until_ms > now_ms => until_ms / 1000,
        _ => 0,
    }
}

/// Those of some names that are keys of any type.
fn known_keys(settings: &ChatSettings, names: &[Text<'_>]) -> Vec<Arc<str>> {
    let keys = settings.member_fields.iter().map(|field| &field.key);
    let named = keys.filter(|key| names.iter().any(|name| name.as_str() == &***key));
    named.cloned().collect()
}

/// `MemberRoleFilter`: the roles whose members are shown. An absent or empty one is every role.
///
/// # Errors
/// A word that is no role.
pub(super) fn roles(filter: Option<&[Text<'_>]>) -> Result<Roles, FieldFault> {
    let Some(words) = filter.filter(|words| !words.is_empty()) else { return Ok(Roles::ALL) };
    let mut roles: Vec<Role> = Vec::with_capacity(words.len().min(ROLES.len()));
    for (index, word) in words.iter().enumerate() {
        let known = ROLES.iter().find(|(known, _)| *known == word.as_str());
        let Some((_, role)) = known else {
            let field = format!("MemberRoleFilter[{index}]");
            let known: Vec<&str> = ROLES.iter().map(|(word, _)| *word).collect();
            return Err(FieldFault::new(field, format!("not one of {}", known.join(", "))));
        };
        if !roles.contains(role) {
            roles.push(*role);
        }
    }
    Ok(Roles::of(&roles))
}

/// A profile, as [`Profiles`] writes it by hand; a test holds the two together. Which fields there
/// are is for the filters to say.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
pub(super) struct ProfileRow<'a> {
    /// The app's own fields, those that are not set with an empty value.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_member_defined_data: Option<Vec<FieldRow<'a>>>,
    /// When the member joined, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    join_time: Option<u64>,
    /// When the member last wrote a message, in Unix seconds. Nobody does here: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_send_msg_time: Option<u64>,
    /// Who.
    #[serde(rename = "Member_Account")]
    account: &'a str,
    /// Which messages reach the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = MSG_FLAGS.iter().map(|(word, _)| *word).collect::<Vec<_>>()))]
    msg_flag: Option<&'a str>,
    /// The latest message that the member has read.
    #[serde(skip_serializing_if = "Option::is_none")]
    msg_seq: Option<u32>,
    /// When the member may speak again, in Unix seconds: 0 is now, 4294967295 never.
    #[serde(skip_serializing_if = "Option::is_none")]
    mute_until: Option<u64>,
    /// The name that the others see; empty when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    name_card: Option<&'a str>,
    /// Whether the member is online. Only where it is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["Online", "Offline"]))]
    online_status: Option<&'a str>,
    /// What the member may do among the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ROLES.iter().map(|(word, _)| *word).collect::<Vec<_>>()))]
    role: Option<&'a str>,
}

/// A custom field.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
pub(super) struct FieldRow<'a> {
    /// Its key.
    pub(super) key: &'a str,
    /// Its value; empty when it is not set.
    pub(super) value: &'a str,
}

#[cfg(test)]
impl ProfileRow<'static> {
    /// Whom the tests of the commands look at, with every field.
    pub(super) fn of_bob(joined_s: u64) -> Self {
        let field = |key, value| FieldRow { key, value };
        Self {
            app_member_defined_data: Some(vec![
                field("group_member_p", "the value"),
                field("group_member_p2", "the value2"),
            ]),
            join_time: Some(joined_s),
            last_send_msg_time: Some(0),
            account: "bob",
            msg_flag: Some("AcceptAndNotify"),
            msg_seq: Some(0),
            mute_until: Some(joined_s + 3606),
            name_card: Some("bob"),
            online_status: Some("Online"),
            role: Some("Member"),
        }
    }
}
