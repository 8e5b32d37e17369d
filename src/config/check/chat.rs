//! `[app.chat]`.

use std::sync::Arc;

use super::super::fault::quoted;
use super::super::section::{Field, Section};
use super::super::settings::*;
use super::{Check, length};
use crate::domain::GroupType;

impl Check<'_> {
    pub(super) fn chat(&mut self, section: &Section<'_>) -> Option<ChatSettings> {
        let words =
            [Accounts::Any, Accounts::Imported].map(|accounts| (accounts.as_str(), accounts));
        let accounts = self.word(&section.text("accounts"), &words);
        let member_fields = self.member_fields(&section.list("member_fields"));
        let group_fields = self.group_fields(&section.list("group_fields"));
        let limits = self.chat_limits(&section.section("limits"));
        let quota = self.chat_quota(&section.section("quota"));
        Some(ChatSettings {
            accounts: accounts?,
            member_fields: member_fields?,
            group_fields: group_fields?,
            online_status: section.flag("online_status"),
            limits: limits?,
            quota: quota?,
        })
    }

    fn member_fields(&mut self, field: &Field<'_, Vec<&str>>) -> Option<Vec<MemberField>> {
        self.count(field, "keys", 0..=MEMBER_FIELDS_MAX * MemberField::TYPES.len())?;
        let fields = self.each(field, |text| {
            let (only, key) = match text.split_once('.') {
                Some((of, key)) => (Some(fields_of(of)?), key),
                None => (None, text),
            };
            Ok(MemberField { key: field_key(key)?, only })
        })?;
        for (word, of) in MemberField::TYPES {
            let has = |field: &&MemberField| field.only.is_none_or(|only| only == of);
            let keys: Vec<&str> = fields.iter().filter(has).map(|field| &*field.key).collect();
            if let Some(key) = twice(&keys) {
                return self.refuse(field, format!("{key} stands there twice for {word}"));
            }
            if keys.len() > MEMBER_FIELDS_MAX {
                let count = keys.len();
                let problem =
                    format!("{count} keys for {word}, must be at most {MEMBER_FIELDS_MAX}");
                return self.refuse(field, problem);
            }
        }
        Some(fields)
    }

    fn group_fields(&mut self, field: &Field<'_, Vec<&str>>) -> Option<Vec<Arc<str>>> {
        self.count(field, "keys", 0..=GROUP_FIELDS_MAX)?;
        let keys = self.each(field, field_key)?;
        match twice(&keys) {
            Some(key) => self.refuse(field, format!("{key} stands there twice")),
            None => Some(keys),
        }
    }

    fn chat_limits(&mut self, section: &Section<'_>) -> Option<ChatLimits> {
        let mut within = |name: &str, at_most: u32| {
            let number = self.number(&section.integer(name), 1..=at_most);
            number.map(|number| number as usize)
        };
        let create_members = within("create_members", CHAT_LIMIT_MAX);
        let add_members = within("add_members", CHAT_LIMIT_MAX);
        let import_members = within("import_members", CHAT_LIMIT_MAX);
        let delete_members = within("delete_members", CHAT_LIMIT_MAX);
        let role_accounts = within("role_accounts", CHAT_LIMIT_MAX);
        let mute_accounts = within("mute_accounts", CHAT_LIMIT_MAX);
        let member_page = within("member_page", CHAT_LIMIT_MAX);
        let groups_per_info = within("groups_per_info", CHAT_LIMIT_MAX);
        let app_group_page = within("app_group_page", CHAT_LIMIT_MAX);
        let joined_group_page = within("joined_group_page", CHAT_LIMIT_MAX);
        let ban_accounts = within("ban_accounts", CHAT_LIMIT_MAX);
        let ban_page = within("ban_page", CHAT_LIMIT_MAX);
        let name_bytes = within("name_bytes", CHAT_TEXT_BYTES_MAX);
        let introduction_bytes = within("introduction_bytes", CHAT_TEXT_BYTES_MAX);
        let notification_bytes = within("notification_bytes", CHAT_TEXT_BYTES_MAX);
        let face_url_bytes = within("face_url_bytes", CHAT_TEXT_BYTES_MAX);
        Some(ChatLimits {
            create_members: create_members?,
            add_members: add_members?,
            import_members: import_members?,
            delete_members: delete_members?,
            role_accounts: role_accounts?,
            mute_accounts: mute_accounts?,
            member_page: member_page?,
            groups_per_info: groups_per_info?,
            app_group_page: app_group_page?,
            joined_group_page: joined_group_page?,
            ban_accounts: ban_accounts?,
            ban_page: ban_page?,
            name_bytes: name_bytes?,
            introduction_bytes: introduction_bytes?,
            notification_bytes: notification_bytes?,
            face_url_bytes: face_url_bytes?,
        })
    }

    fn chat_quota(&mut self, section: &Section<'_>) -> Option<ChatQuota> {
        let mut quota = |name: &str| {
            let number = self.number(&section.integer(name), 0..=u32::MAX);
            number.map(|number| (number > 0).then_some(number))
        };
        let groups = quota("groups");
        let av_chat_rooms = quota("av_chat_rooms");
        let groups_per_account = quota("groups_per_account");
        let members = quota("members");
        let community_members = quota("community_members");
        let accounts = quota("accounts");
        Some(ChatQuota {
            groups: groups?,
            av_chat_rooms: av_chat_rooms?,
            groups_per_account: groups_per_account?,
            members: members?,
            community_members: community_members?,
            accounts: accounts?,
        })
    }
}

/// The key of a custom field.
fn field_key(key: &str) -> Result<Arc<str>, String> {
    length(key, FIELD_KEY_BYTES_MAX)?;
    if !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Err(format!("{}, must be letters, digits and _", quoted(key)));
    }
    Ok(key.into())
}

fn fields_of(word: &str) -> Result<GroupType, String> {
    let known = MemberField::TYPES.into_iter().find(|(known, _)| *known == word);
    known.map(|(_, of)| of).ok_or_else(|| {
        let words = MemberField::TYPES.map(|(word, _)| word).join(", ");
        format!("{} before the key, must be one of {words}", quoted(word))
    })
}

/// The first that stands there a second time.
fn twice<T: PartialEq>(items: &[T]) -> Option<&T> {
    (1..items.len())
        .find(|&index| items[..index].contains(&items[index]))
        .map(|index| &items[index])
}
