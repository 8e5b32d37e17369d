//! A group's base profile in a reply: which of its fields are wanted, and what they say.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use super::words::{APPLY_OPTIONS, GROUP_TYPES, INVITE_OPTIONS, ON_OFF, word_of};
use crate::domain::{Account, GroupType, RoomView};
use crate::engine::App;
use crate::proto::tencent::field::Text;
use crate::proto::tencent::schema::words;

/// A field of the base profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Base {
    Appid,
    ApplyJoinOption,
    CreateTime,
    DefaultPermission,
    EnablePermission,
    FaceUrl,
    HistoryMsgBeforeJoin,
    InfoSeq,
    Introduction,
    InviteJoinOption,
    LastInfoTime,
    LastMsgTime,
    MaxMemberNum,
    MemberNum,
    MuteAllMember,
    Name,
    NextMsgSeq,
    Notification,
    Owner,
    SupportTopic,
    Type,
}

/// The names that `GroupBaseInfoFilter` may have. Others are ignored, and so is `GroupId`: it always
/// comes. Three are older names, or those of requests.
const NAMES: &[(&str, Base)] = &[
    ("Appid", Base::Appid),
    ("ApplyJoinOption", Base::ApplyJoinOption),
    ("CreateTime", Base::CreateTime),
    ("DefaultPermission", Base::DefaultPermission),
    ("EnablePermission", Base::EnablePermission),
    ("FaceUrl", Base::FaceUrl),
    ("HistoryMsgBeforeJoin", Base::HistoryMsgBeforeJoin),
    ("InfoSeq", Base::InfoSeq),
    ("Introduction", Base::Introduction),
    ("InviteJoinOption", Base::InviteJoinOption),
    ("LastInfoTime", Base::LastInfoTime),
    ("LastMsgTime", Base::LastMsgTime),
    ("MaxMemberNum", Base::MaxMemberNum),
    ("MemberNum", Base::MemberNum),
    ("MuteAllMember", Base::MuteAllMember),
    ("Name", Base::Name),
    ("NextMsgSeq", Base::NextMsgSeq),
    ("Notification", Base::Notification),
    ("Owner_Account", Base::Owner),
    ("SupportTopic", Base::SupportTopic),
    ("Type", Base::Type),
    ("MaxMemberCount", Base::MaxMemberNum),
    ("MemberCount", Base::MemberNum),
    ("ShutUpAllMember", Base::MuteAllMember),
];

/// A name of `GroupBaseInfoFilter`, as the OpenAPI document shows it.
pub(super) struct BaseNameField;

impl JsonSchema for BaseNameField {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "BaseName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "examples": words(NAMES)})
    }
}

/// Some of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BaseFields(u32);

impl BaseFields {
    /// Every field.
    pub(super) const ALL: Self = Self(u32::MAX);
    /// None.
    pub(super) const NONE: Self = Self(0);

    /// Those that are named.
    pub(super) fn of(names: &[Text<'_>]) -> Self {
        let asked = names.iter().filter_map(|name| {
            let found = NAMES.iter().find(|(known, _)| *known == name.as_str());
            found.map(|(_, field)| 1 << *field as u8)
        });
        Self(asked.fold(0, |some, field| some | field))
    }

    fn has(self, field: Base) -> bool {
        self.0 & (1 << field as u8) != 0
    }
}

/// The base profile of a group, as far as it is wanted.
#[derive(Default, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
pub(super) struct BaseRow<'a> {
    /// The app.
    #[serde(skip_serializing_if = "Option::is_none")]
    appid: Option<u32>,
    /// How people join who ask to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = words(APPLY_OPTIONS)))]
    apply_join_option: Option<&'static str>,
    /// When the group was made, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    create_time: Option<u64>,
    /// The rights of members who were given none. In a `Community` with topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    default_permission: Option<u32>,
    /// Whether members may be given rights of their own. In a `Community` with topics.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    enable_permission: Option<u8>,
    /// The group's picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    face_url: Option<&'a str>,
    /// Whether new members may read what was written before, if that was ever said.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = words(ON_OFF)))]
    history_msg_before_join: Option<&'static str>,
    /// How often what is said of the group was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    info_seq: Option<u32>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    introduction: Option<&'a str>,
    /// How people join who are invited. Not of an `AVChatRoom`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = words(INVITE_OPTIONS)))]
    invite_join_option: Option<&'static str>,
    /// When what is said of it was changed last, or the group was made, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_info_time: Option<u64>,
    /// When the last message was written. Nobody writes any here: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_msg_time: Option<u64>,
    /// The most members.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_member_num: Option<u32>,
    /// How many members it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_num: Option<u32>,
    /// Whether ordinary members may not write messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = words(ON_OFF)))]
    mute_all_member: Option<&'static str>,
    /// The name that people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    /// The number of the next message.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_msg_seq: Option<u32>,
    /// What its members are to know.
    #[serde(skip_serializing_if = "Option::is_none")]
    notification: Option<&'a str>,
    /// Who owns it, if anybody does.
    #[serde(rename = "Owner_Account", skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// Whether it may have topics. Of a `Community`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    support_topic: Option<u8>,
    /// What kind of group.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = words(GROUP_TYPES)))]
    r#type: Option<&'static str>,
}

impl<'a> BaseRow<'a> {
    /// The wanted fields of a group, or of a room as a group.
    pub(super) fn new(app: &App, room: &RoomView<'a>, wanted: BaseFields) -> Self {
        let (facts, tally) = (room.facts, room.tally);
        let profile = &facts.profile;
        let of = facts.kind.group_type();
        let changed_ms = profile.changed_ms.max(facts.created_ms);
        let has_topics = of == GroupType::Community && profile.topics;
        let history = profile.history.map(|history| word_of(ON_OFF, history));
        let if_wanted = |field: Base| wanted.has(field).then_some(());
        Self {
            appid: if_wanted(Base::Appid).map(|()| app.id().0),
            apply_join_option: if_wanted(Base::ApplyJoinOption)
                .map(|()| word_of(APPLY_OPTIONS, profile.apply)),
            create_time: if_wanted(Base::CreateTime).map(|()| facts.created_ms / 1000),
            default_permission: if_wanted(Base::DefaultPermission)
                .filter(|()| has_topics)
                .map(|()| profile.default_permission),
            enable_permission: if_wanted(Base::EnablePermission)
                .filter(|()| has_topics)
                .map(|()| profile.permissions.into()),
            face_url: if_wanted(Base::FaceUrl).map(|()| &*profile.face_url),
            history_msg_before_join: if_wanted(Base::HistoryMsgBeforeJoin).and(history),
            info_seq: if_wanted(Base::InfoSeq).map(|()| profile.changes),
            introduction: if_wanted(Base::Introduction).map(|()| &*profile.introduction),
            invite_join_option: if_wanted(Base::InviteJoinOption)
                .filter(|()| of != GroupType::AvChatRoom)
                .map(|()| word_of(INVITE_OPTIONS, profile.invite)),
            last_info_time: if_wanted(Base::LastInfoTime).map(|()| changed_ms / 1000),
            last_msg_time: if_wanted(Base::LastMsgTime).map(|()| 0),
            max_member_num: if_wanted(Base::MaxMemberNum).map(|()| facts.max_member_count),
            member_num: if_wanted(Base::MemberNum).map(|()| tally.members),
            mute_all_member: if_wanted(Base::MuteAllMember)
                .map(|()| word_of(ON_OFF, facts.silenced.messages)),
            name: if_wanted(Base::Name).map(|()| &*facts.name),
            next_msg_seq: if_wanted(Base::NextMsgSeq).map(|()| tally.messages.saturating_add(1)),
            notification: if_wanted(Base::Notification).map(|()| &*profile.notification),
            owner: if_wanted(Base::Owner).and(facts.owner.as_ref().map(Account::as_str)),
            support_topic: if_wanted(Base::SupportTopic)
                .filter(|()| of == GroupType::Community)
                .map(|()| profile.topics.into()),
            r#type: if_wanted(Base::Type).map(|()| word_of(GROUP_TYPES, of)),
        }
    }
}
