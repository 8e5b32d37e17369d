//! The settings in force, as text.
//!
//! Job: write what `guestlist config` prints. Promise: every setting, in the order of
//! `default.toml`, as TOML that a settings file may hold; no secret, and what stands for one is
//! refused when it is read back. Not here: the comments, which are in `default.toml`.

use std::fmt::Write;
use std::path::PathBuf;
use std::time::Duration;

use toml::Value;

use super::secret::{HIDDEN, Secret};
use super::settings::*;
use super::units::{print_bytes, print_duration};
use crate::domain::RoomRules;

impl Settings {
    /// The settings as TOML, secrets hidden, `"auto"` resolved.
    pub fn effective_toml(&self) -> String {
        // Taken apart without "..", so that a new setting does not build until it is printed.
        let Self { server, control, bench, log, store, callback, apps } = self;
        let mut page = Page::default();
        page.server(server);
        page.control(control);
        let BenchSettings { enabled, fault_header, seed_ids, start_ms, seed, snapshots_bytes } =
            bench;
        page.heading("[bench]");
        page.entry("enabled", *enabled);
        page.entry("fault_header", *fault_header);
        for (key, number) in [("seed_ids", seed_ids), ("start_ms", start_ms)] {
            page.entry(key, number.unwrap_or_default().cast_signed());
        }
        let seed = seed.as_ref().map(|path| path.display().to_string());
        page.entry("seed", seed.unwrap_or_default());
        page.entry("snapshots", print_bytes(*snapshots_bytes));
        let LogSettings { access } = log;
        page.heading("[log]");
        page.entry("access", access.as_str());
        let StoreSettings { kind, path } = store;
        page.heading("[store]");
        page.entry("kind", kind.as_str());
        page.entry("path", path.display().to_string());
        let BacklogSettings { backlog_bytes } = callback;
        page.heading("[callback]");
        page.entry("backlog", print_bytes(*backlog_bytes));
        for app in apps {
            page.app(app);
        }
        page.0
    }
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn server(&mut self, settings: &ServerSettings) {
        let ServerSettings {
            listen,
            body_limit_bytes,
            body_memory_bytes,
            request_timeout,
            max_connections,
            tls,
        } = settings;
        self.heading("[server]");
        self.entry("listen", listen.to_string());
        self.entry("body_limit", print_bytes(*body_limit_bytes as u64));
        self.entry("body_memory", print_bytes(*body_memory_bytes as u64));
        self.entry("request_timeout", print_duration(*request_timeout));
        self.entry("max_connections", *max_connections as i64);
        self.heading("[server.tls]");
        let file = |path: fn(&TlsFiles) -> &PathBuf| {
            tls.as_ref().map_or_else(String::new, |files| path(files).display().to_string())
        };
        self.entry("cert", file(|files| &files.cert));
        self.entry("key", file(|files| &files.key));
    }

    fn control(&mut self, settings: &ControlSettings) {
        let ControlSettings { listen, token, hosts } = settings;
        self.heading("[control]");
        self.entry("listen", listen.to_string());
        self.entry("token", token.as_ref().map_or("", hide));
        self.entry("hosts", hosts.clone());
    }

    fn app(&mut self, settings: &AppSettings) {
        let AppSettings {
            sdkappid,
            secret_keys,
            admins,
            strict,
            unlimited,
            total_calls_per_second,
            room,
            chat,
            zego,
            callback,
        } = settings;
        self.heading("[[app]]");
        self.entry("sdkappid", *sdkappid);
        self.entry("secret_keys", secret_keys.iter().map(hide).collect::<Vec<_>>());
        self.entry("admins", admins.clone());
        self.entry("strict", *strict);
        self.entry("unlimited", *unlimited);
        self.entry("total_calls_per_second", *total_calls_per_second);
        self.room(room);
        self.chat(chat);
        self.zego(zego);
        self.callback(callback);
    }

    fn callback(&mut self, settings: &CallbackSettings) {
        let CallbackSettings { url, commands, token, retry_s, timeout, allow_private, sign_clock } =
            settings;
        self.heading("[app.callback]");
        // A URL shows itself without its query.
        self.entry("url", url.as_ref().map_or_else(String::new, ToString::to_string));
        let words: Vec<&str> = commands.iter().map(|kind| callback_command(*kind)).collect();
        self.entry("commands", words);
        self.entry("token", token.as_ref().map_or("", hide));
        self.entry("retry", retry_s.clone());
        self.entry("timeout", print_duration(*timeout));
        self.entry("allow_private", *allow_private);
        self.entry("sign_clock", sign_clock.as_str());
    }

    fn room(&mut self, settings: &RoomSettings) {
        let RoomSettings { rules, owner_role_name } = settings;
        let RoomRules {
            owner_is_member,
            max_member_count,
            member_ceiling,
            max_seat_count,
            max_admin_count,
            max_robot_count,
            reclaim_after_ms,
        } = rules;
        self.heading("[app.room]");
        self.entry("owner_is_member", *owner_is_member);
        self.entry("owner_role_name", owner_role_name.as_str());
        self.entry("max_member_count", *max_member_count);
        self.entry("member_ceiling", *member_ceiling);
        self.entry("max_seat_count", *max_seat_count);
        self.entry("max_admin_count", *max_admin_count);
        self.entry("max_robot_count", *max_robot_count);
        self.entry("reclaim_after", print_duration(Duration::from_millis(*reclaim_after_ms)));
    }

    fn zego(&mut self, settings: &ZegoSettings) {
        let ZegoSettings {
            server_secret,
            callback_secret,
            callback_url,
            count_continuations,
            cors,
        } = settings;
        self.heading("[app.zego]");
        self.entry("server_secret", server_secret.as_ref().map_or("", hide));
        self.entry("callback_secret", callback_secret.as_ref().map_or("", hide));
        // A URL shows itself without its query.
        self.entry(
            "callback_url",
            callback_url.as_ref().map_or_else(String::new, ToString::to_string),
        );
        self.entry("count_continuations", *count_continuations);
        self.entry("cors", *cors);
    }

    fn chat(&mut self, settings: &ChatSettings) {
        let ChatSettings { accounts, member_fields, group_fields, online_status, limits, quota } =
            settings;
        self.heading("[app.chat]");
        self.entry("accounts", accounts.as_str());
        self.entry(
            "member_fields",
            member_fields.iter().map(MemberField::spelt).collect::<Vec<_>>(),
        );
        self.entry(
            "group_fields",
            group_fields.iter().map(ToString::to_string).collect::<Vec<_>>(),
        );
        self.entry("online_status", *online_status);
        let ChatLimits {
            create_members,
            add_members,
            import_members,
            delete_members,
            role_accounts,
            mute_accounts,
            member_page,
            groups_per_info,
            app_group_page,
            joined_group_page,
            ban_accounts,
            ban_page,
            name_bytes,
            introduction_bytes,
            notification_bytes,
            face_url_bytes,
        } = limits;
        self.heading("[app.chat.limits]");
        self.entry("create_members", *create_members as i64);
        self.entry("add_members", *add_members as i64);
        self.entry("import_members", *import_members as i64);
        self.entry("delete_members", *delete_members as i64);
        self.entry("role_accounts", *role_accounts as i64);
        self.entry("mute_accounts", *mute_accounts as i64);
        self.entry("member_page", *member_page as i64);
        self.entry("groups_per_info", *groups_per_info as i64);
        self.entry("app_group_page", *app_group_page as i64);
        self.entry("joined_group_page", *joined_group_page as i64);
        self.entry("ban_accounts", *ban_accounts as i64);
        self.entry("ban_page", *ban_page as i64);
        self.entry("name_bytes", *name_bytes as i64);
        self.entry("introduction_bytes", *introduction_bytes as i64);
        self.entry("notification_bytes", *notification_bytes as i64);
        self.entry("face_url_bytes", *face_url_bytes as i64);
        let ChatQuota {
            groups,
            av_chat_rooms,
            groups_per_account,
            members,
            community_members,
            accounts,
        } = quota;
        self.heading("[app.chat.quota]");
        self.entry("groups", groups.unwrap_or(0));
        self.entry("av_chat_rooms", av_chat_rooms.unwrap_or(0));
        self.entry("groups_per_account", groups_per_account.unwrap_or(0));
        self.entry("members", members.unwrap_or(0));
        self.entry("community_members", community_members.unwrap_or(0));
        self.entry("accounts", accounts.unwrap_or(0));
    }

    fn heading(&mut self, heading: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        writeln!(self.0, "{gap}{heading}").expect("writing to a String does not fail");
    }

    fn entry(&mut self, key: &str, value: impl Into<Value>) {
        writeln!(self.0, "{key} = {}", value.into()).expect("writing to a String does not fail");
    }
}

fn hide(_: &Secret) -> &'static str {
    HIDDEN
}
