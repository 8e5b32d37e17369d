//! Making a group: the fields that `create_group` and `import_group` share, and what is checked.
//!
//! A quota is looked at just before the group is made: of two requests at one moment, both may pass.

use super::base_fields::{
    MAX_COUNT, default_permission, face_url, introduction, name, notification, switch,
};
use super::fields::{FieldItem, group_fields};
use super::words::{APPLY_OPTIONS, GROUP_TYPES, INVITE_OPTIONS};
use crate::domain::{
    Account, CreateGroup, CustomFields, FirstMember, GroupProfile, GroupType, MemberView, RoomId,
    RoomView,
};
use crate::proto::tencent::command::Call;
use crate::proto::tencent::field::{FieldFault, Text, account, number, required, room_id, word};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::{Quota, Refused};

/// What the ids begin with that are not for creators to choose.
const OURS: &str = "@TGS#";
/// What every id of a community begins with.
const COMMUNITY: &str = "@TGS#_";
/// What those of communities begin with that are not for creators to choose.
const OUR_COMMUNITY: &str = "@TGS#_@TGS#";

/// Declares a body that makes a group: the fields that such bodies share, and its own.
macro_rules! body_of_a_new_group {
    ($(#[$about:meta])* pub struct $Body:ident { $($own:tt)* }) => {
        $(#[$about])*
        #[derive(Debug, ::serde::Deserialize, ::schemars::JsonSchema)]
        pub struct $Body<'a> {
            /// What kind of group.
            #[serde(rename = "Type", borrow)]
            #[schemars(required, extend(
                "enum" = $crate::proto::tencent::schema::words(super::words::GROUP_TYPES)
            ))]
            group_type: Option<$crate::proto::tencent::field::Text<'a>>,
            /// The name that people see, at most `app.chat.limits.name_bytes`.
            #[serde(rename = "Name", borrow)]
            #[schemars(required)]
            name: Option<$crate::proto::tencent::field::Text<'a>>,
            /// The id of the group: `@TGS#_…` for a `Community`, not `@TGS#…` for others. Made by
            /// the server if absent or empty.
            #[serde(rename = "GroupId", borrow)]
            #[schemars(length(max = $crate::proto::tencent::field::MAX_ROOM_ID_BYTES))]
            group_id: Option<$crate::proto::tencent::field::Text<'a>>,
            /// Who owns it, and is its first member; nobody if absent or empty.
            #[serde(rename = "Owner_Account", borrow)]
            #[schemars(length(max = $crate::proto::tencent::field::MAX_ACCOUNT_BYTES))]
            owner: Option<$crate::proto::tencent::field::AccountText<'a>>,
            /// What it is about, at most `app.chat.limits.introduction_bytes`.
            #[serde(rename = "Introduction", borrow)]
            introduction: Option<$crate::proto::tencent::field::Text<'a>>,
            /// What its members are to know, at most `app.chat.limits.notification_bytes`.
            #[serde(rename = "Notification", borrow)]
            notification: Option<$crate::proto::tencent::field::Text<'a>>,
            /// Its picture, at most `app.chat.limits.face_url_bytes`.
            #[serde(rename = "FaceUrl", borrow)]
            face_url: Option<$crate::proto::tencent::field::Text<'a>>,
            /// The most members: what the app's plan allows if absent. Of an `AVChatRoom` it means
            /// nothing.
            #[serde(rename = "MaxMemberCount")]
            #[schemars(range(min = 1, max = super::base_fields::MAX_COUNT))]
            max_member_count: Option<i64>,
            /// The same, as it is called when the group is changed and read.
            #[serde(rename = "MaxMemberNum")]
            #[schemars(skip)]
            max_member_num: Option<i64>,
            /// How people join who ask to.
            #[serde(rename = "ApplyJoinOption", borrow)]
            #[schemars(extend(
                "enum" = $crate::proto::tencent::schema::words_or_null(super::words::APPLY_OPTIONS)
            ))]
            apply: Option<$crate::proto::tencent::field::Text<'a>>,
            /// How people join who are invited.
            #[serde(rename = "InviteJoinOption", borrow)]
            #[schemars(extend(
                "enum" = $crate::proto::tencent::schema::words_or_null(super::words::INVITE_OPTIONS)
            ))]
            invite: Option<$crate::proto::tencent::field::Text<'a>>,
            /// The app's own fields of the group.
            #[serde(rename = "AppDefinedData", borrow)]
            custom: Option<Vec<$crate::proto::tencent::object::Object<super::fields::FieldItem<'a>>>>,
            /// It may have topics: 1. Means nothing but in a `Community`, like the next two.
            #[serde(rename = "SupportTopic")]
            #[schemars(range(min = 0, max = 1))]
            topics: Option<i64>,
            /// Members may be given rights of their own: 1.
            #[serde(rename = "EnablePermission")]
            #[schemars(range(min = 0, max = 1))]
            permissions: Option<i64>,
            /// The rights of those who were given none: a mask of bits.
            #[serde(rename = "DefaultPermission")]
            #[schemars(range(min = 0, max = super::base_fields::MAX_COUNT))]
            default_permission: Option<i64>,
            $($own)*
        }

        impl<'a> $Body<'a> {
            /// Takes the fields out that such bodies share.
            fn take_shared(&mut self) -> super::new_group::NewGroup<'a> {
                super::new_group::NewGroup {
                    group_type: self.group_type.take(),
                    name: self.name.take(),
                    group_id: self.group_id.take(),
                    owner: self.owner.take(),
                    introduction: self.introduction.take(),
                    notification: self.notification.take(),
                    face_url: self.face_url.take(),
                    max_member_count: self.max_member_count.or(self.max_member_num),
                    apply: self.apply.take(),
                    invite: self.invite.take(),
                    custom: self.custom.take(),
                    topics: self.topics,
                    permissions: self.permissions,
                    default_permission: self.default_permission,
                }
            }
        }
    };
}

pub(super) use body_of_a_new_group;

/// What is said of a group that is to be made, as it came. Each field as the body describes it.
pub(super) struct NewGroup<'a> {
    pub(super) group_type: Option<Text<'a>>,
    pub(super) name: Option<Text<'a>>,
    pub(super) group_id: Option<Text<'a>>,
    pub(super) owner: Option<Text<'a>>,
    pub(super) introduction: Option<Text<'a>>,
    pub(super) notification: Option<Text<'a>>,
    pub(super) face_url: Option<Text<'a>>,
    pub(super) max_member_count: Option<i64>,
    pub(super) apply: Option<Text<'a>>,
    pub(super) invite: Option<Text<'a>>,
    pub(super) custom: Option<Vec<Object<FieldItem<'a>>>>,
    pub(super) topics: Option<i64>,
    pub(super) permissions: Option<i64>,
    pub(super) default_permission: Option<i64>,
}

impl NewGroup<'_> {
    /// What must be there, and among it the type.
    ///
    /// # Errors
    /// 10004: no type or one that there is not, no name.
    pub(super) fn group_type(&self) -> Result<GroupType, FieldFault> {
        let of = word("Type", self.group_type.clone(), GROUP_TYPES)?;
        let of = required("Type", of)?;
        required("Name", self.name.as_ref().filter(|name| !name.as_str().is_empty()))?;
        Ok(of)
    }

    /// The id that the creator chose, if any.
    ///
    /// # Errors
    /// 10004: not well-formed, or not for groups of this type.
    pub(super) fn group_id(&self, of: GroupType) -> Result<Option<RoomId>, FieldFault> {
        let Some(text) = self.group_id.clone().filter(|text| !text.as_str().is_empty()) else {
            return Ok(None);
        };
        let id = room_id("GroupId", Some(text))?;
        let is_community = of == GroupType::Community;
        let reason = match id.as_str() {
            id if is_community && !id.starts_with(COMMUNITY) => "must begin with @TGS#_",
            id if is_community && id.starts_with(OUR_COMMUNITY) => {
                "must not begin with @TGS#_@TGS#"
            }
            id if !is_community && id.starts_with(OURS) => "must not begin with @TGS#",
            _ => return Ok(Some(id)),
        };
        Err(FieldFault::new("GroupId", reason))
    }

    /// The operation that makes the group.
    ///
    /// # Errors
    /// 10004: any other field; 10038: more members than the app's plan allows.
    pub(super) fn operation(
        &self,
        call: &Call<'_>,
        of: GroupType,
        members: Vec<FirstMember>,
        created_ms: Option<u64>,
    ) -> Result<CreateGroup, Refused> {
        let owner = self.owner.as_ref().filter(|owner| !owner.as_str().is_empty());
        let owner = owner.map(|owner| account("Owner_Account", owner)).transpose()?;
        let name = required("Name", name(call.app, self.name.as_ref())?)?;
        let profile = self.profile(call, of)?;
        let max_member_count = self.max_member_count(call, of)?;
        let by = owner.as_ref().unwrap_or(call.caller.account()).clone();
        Ok(CreateGroup {
            by,
            group_type: of,
            owner,
            name,
            max_member_count,
            profile,
            created_ms,
            members,
        })
    }

    fn profile(&self, call: &Call<'_>, of: GroupType) -> Result<GroupProfile, FieldFault> {
        let app = call.app;
        let fields = group_fields("AppDefinedData", self.custom.as_deref(), app)?;
        let topics = switch("SupportTopic", self.topics)?;
        let permissions = switch("EnablePermission", self.permissions)?;
        let default_permission = default_permission(self.default_permission)?;
        let is_community = of == GroupType::Community;
        Ok(GroupProfile {
            introduction: introduction(app, self.introduction.as_ref())?.unwrap_or_default(),
            notification: notification(app, self.notification.as_ref())?.unwrap_or_default(),
            face_url: face_url(app, self.face_url.as_ref())?.unwrap_or_default(),
            apply: word("ApplyJoinOption", self.apply.clone(), APPLY_OPTIONS)?.unwrap_or_default(),
            invite: word("InviteJoinOption", self.invite.clone(), INVITE_OPTIONS)?
                .unwrap_or_default(),
            fields: CustomFields::default().with(&fields),
            topics: is_community && topics.unwrap_or_default(),
            permissions: is_community && permissions.unwrap_or_default(),
            default_permission: default_permission.filter(|_| is_community).unwrap_or_default(),
            ..GroupProfile::default()
        })
    }

    fn max_member_count(&self, call: &Call<'_>, of: GroupType) -> Result<u32, Refused> {
        let at_most = call.app.chat().quota.member_cap(of);
        let count = number("MaxMemberCount", self.max_member_count, 1, MAX_COUNT)?;
        match count.filter(|_| of != GroupType::AvChatRoom) {
            Some(asked) if asked > at_most => {
                Err(Refused::Quota { quota: Quota::Members { asked }, at_most })
            }
            Some(count) => Ok(count),
            None => Ok(at_most),
        }
    }
}

/// Makes a group, under an id of the server's if none was chosen.
///
/// # Errors
/// 10019: an account that does not exist; 10006, 10036, 10037, 10038: a quota; what the operation
/// refuses.
pub(super) async fn make(
    call: &Call<'_>,
    group: Option<RoomId>,
    operation: &CreateGroup,
) -> Result<RoomId, Refused> {
    let people = people(operation);
    let (owner, members) = people.split_at(usize::from(operation.owner.is_some()));
    call.must_exist("Owner_Account", owner).await?;
    call.must_exist("MemberList", members).await?;
    within_quotas(call, operation, &people).await?;
    match group {
        None => Ok(call.engine.create_group(call.app, operation).await?),
        Some(group) => {
            call.engine.run(call.app, &group, operation).await?;
            Ok(group)
        }
    }
}

/// Everybody who is going to be in the group, each once, the owner in front.
fn people(operation: &CreateGroup) -> Vec<Account> {
    let owner = operation.owner.as_ref();
    let members = operation.members.iter().map(|member| &member.account);
    owner.into_iter().chain(members.filter(|member| Some(*member) != owner)).cloned().collect()
}

/// Whether the app's plan allows one more group, of these people.
async fn within_quotas(
    call: &Call<'_>,
    operation: &CreateGroup,
    people: &[Account],
) -> Result<(), Refused> {
    let at_most = operation.max_member_count;
    let asked = u32::try_from(people.len()).unwrap_or(u32::MAX);
    if asked > at_most {
        return Err(Refused::Quota { quota: Quota::Members { asked }, at_most });
    }
    let quota = &call.app.chat().quota;
    let av_chat_rooms =
        quota.av_chat_rooms.filter(|_| operation.group_type == GroupType::AvChatRoom);
    if quota.groups.is_some() || av_chat_rooms.is_some() {
        let counts = call.engine.counts(call.app).await?;
        let of_type = counts.of_type[GroupType::AvChatRoom as usize];
        let rows = [
            (Quota::Groups, quota.groups, counts.groups),
            (Quota::AvChatRooms, av_chat_rooms, of_type),
        ];
        for (quota, at_most, count) in rows {
            if let Some(at_most) = at_most.filter(|at_most| count >= u64::from(*at_most)) {
                return Err(Refused::Quota { quota, at_most });
            }
        }
    }
    let Some(at_most) = quota.groups_per_account else { return Ok(()) };
    for account in people {
        let mut groups = 0_u32;
        let mut count = |_: &RoomId, room: &RoomView<'_>, _: &MemberView<'_>| {
            groups += u32::from(room.facts.kind.is_group());
        };
        call.engine.joined(call.app, account, &mut count).await?;
        if groups >= at_most {
            let quota = Quota::GroupsOfAccount(account.clone());
            return Err(Refused::Quota { quota, at_most });
        }
    }
    Ok(())
}
