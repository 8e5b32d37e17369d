//! The settings as types, and their limits.
//!
//! Job: name every setting with its unit. Promise: whoever holds a `Settings` holds values within
//! their limits. Not here: how they got there (`check`).

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::secret::Secret;
use crate::domain::{CallbackUrl, EventKind, GroupType, RoomRules};

/// The most that `server.body_limit` may be, in bytes.
pub const BODY_LIMIT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The most that `server.body_memory` may be, in bytes.
pub const BODY_MEMORY_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// The most that `server.request_timeout` may be.
pub const REQUEST_TIMEOUT_MAX: Duration = Duration::from_secs(600);
/// The most that `app.room.reclaim_after` may be.
pub const RECLAIM_AFTER_MAX: Duration = Duration::from_secs(365 * 24 * 3600);
/// The most that `server.max_connections` may be.
pub const MAX_CONNECTIONS_MAX: u32 = 1_000_000;
/// The most names in `control.hosts`.
pub const HOSTS_MAX: usize = 100;
/// The most bytes of a name in `control.hosts`: those of a DNS name.
pub const HOST_BYTES_MAX: usize = 253;
/// The most bytes of a secret key or of the control token.
pub const SECRET_BYTES_MAX: usize = 512;
/// The longest path of a store, in bytes.
pub const STORE_PATH_BYTES_MAX: usize = 4096;
/// The longest path of a seed, in bytes.
pub const SEED_PATH_BYTES_MAX: usize = 4096;
/// The most that `bench.snapshots` may be, in bytes.
pub const SNAPSHOTS_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// The most apps.
pub const APPS_MAX: usize = 1000;
/// The latest moment at which clocks may stand still, in Unix milliseconds: the end of 9999.
pub const START_MS_MAX: u64 = 253_402_300_799_999;
/// The most secret keys of an app: a ticket that no key signed is checked against all.
pub const SECRET_KEYS_MAX: usize = 16;
/// The most admin accounts of an app.
pub const ADMINS_MAX: usize = 100;
/// The most bytes of an admin account.
pub const ADMIN_BYTES_MAX: usize = 32;
/// The most that `app.room.max_seat_count` may be.
pub const SEAT_COUNT_MAX: u32 = crate::domain::MAX_SEATS;

/// The most custom fields of members of a group, whatever its type.
pub const MEMBER_FIELDS_MAX: usize = 5;
/// The most custom fields of a group.
pub const GROUP_FIELDS_MAX: usize = 10;
/// The most bytes of the key of a custom field.
pub const FIELD_KEY_BYTES_MAX: usize = 16;
/// The most that a limit of `app.chat.limits` on accounts or groups may be.
pub const CHAT_LIMIT_MAX: u32 = 10_000;
/// The most that a limit of `app.chat.limits` on a text may be, in bytes.
pub const CHAT_TEXT_BYTES_MAX: u32 = 1000;

/// The command word that tells of a kind of event.
#[must_use]
pub fn callback_command(kind: EventKind) -> &'static str {
    let found = CALLBACK_COMMANDS.iter().find(|(_, known)| *known == kind);
    found.map(|(word, _)| *word).expect("the list has every kind")
}

/// The most bytes of `app.callback.token`: those of the vendor's own tokens.
pub const CALLBACK_TOKEN_BYTES_MAX: usize = 128;
/// The most attempts after the first of a callback.
pub const CALLBACK_RETRIES_MAX: usize = 1000;
/// The longest pause before an attempt of a callback, in seconds.
pub const CALLBACK_RETRY_S_MAX: u32 = 86_400;
/// The most that `app.callback.timeout` may be.
pub const CALLBACK_TIMEOUT_MAX: Duration = Duration::from_secs(60);
/// The most that `callback.backlog` may be, in bytes.
pub const CALLBACK_BACKLOG_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// The command words that `app.callback.commands` may hold, and of what each tells: all that the
/// vendor documents.
pub const CALLBACK_COMMANDS: [(&str, EventKind); 6] = [
    ("Room.CallbackAfterCreateRoom", EventKind::RoomCreated),
    ("Room.CallbackAfterDestroyRoom", EventKind::RoomEnded),
    ("Room.CallbackAfterUpdateRoomInfo", EventKind::RoomUpdated),
    ("Room.CallbackAfterMemberEnter", EventKind::MembersEntered),
    ("Room.CallbackAfterMemberLeave", EventKind::MembersLeft),
    ("Mic.CallbackAfterSeatInfoChanged", EventKind::SeatsChanged),
];

/// The secret key of the app that `guestlist dev` brings. It stands in public source: whoever can
/// reach a listener that uses it can sign as anybody.
pub const DEVELOPMENT_KEY: &str =
    "67756573746c69737420646576656c6f706d656e74206b657920303030303031";
/// The server secret of `guestlist dev`, which everybody knows as well.
pub const DEVELOPMENT_ZEGO_SECRET: &str = "guestlist-development-secret-001";

/// All settings, checked. Each is described in `config/default.toml`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `[server]`: the main listener.
    pub server: ServerSettings,
    /// `[control]`: the control plane.
    pub control: ControlSettings,
    /// `[bench]`: what tests may do to an app.
    pub bench: BenchSettings,
    /// `[log]`: lines on stderr.
    pub log: LogSettings,
    /// `[store]`: where rooms are kept.
    pub store: StoreSettings,
    /// `[callback]`: callbacks of all apps together.
    pub callback: BacklogSettings,
    /// `[[app]]`: the tenants, no two with one SDKAppID, in the order of the file.
    pub apps: Vec<AppSettings>,
}

/// `[server]`: the main listener.
#[derive(Debug, Clone)]
pub struct ServerSettings {
    /// The address to bind; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The largest body of a request, in bytes; 1 to `BODY_LIMIT_BYTES_MAX`.
    pub body_limit_bytes: usize,
    /// What bodies that come in pieces may hold together, in bytes; `body_limit_bytes` to
    /// `BODY_MEMORY_BYTES_MAX`.
    pub body_memory_bytes: usize,
    /// The longest wait for a body and for a commit; more than 0, at most `REQUEST_TIMEOUT_MAX`.
    pub request_timeout: Duration,
    /// Connections open at once; 1 to `MAX_CONNECTIONS_MAX`.
    pub max_connections: usize,
    /// `[server.tls]`: none is plain HTTP.
    pub tls: Option<TlsFiles>,
}

/// `[server.tls]`: where the main listener's certificate is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and those that lead to its root, in PEM.
    pub cert: PathBuf,
    /// Its private key, in PEM.
    pub key: PathBuf,
}

/// `[control]`: the control plane.
#[derive(Debug, Clone)]
pub struct ControlSettings {
    /// The address to bind; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The bearer token, if there is one: never empty, visible ASCII without spaces.
    pub token: Option<Secret>,
    /// Names, besides the loopback ones, that a `Host` header may have: lower case, no port.
    pub hosts: Vec<String>,
}

/// `[bench]`: what tests may do to an app.
#[derive(Debug, Clone)]
pub struct BenchSettings {
    /// Clocks can be moved, faults set, and the latest requests are kept.
    pub enabled: bool,
    /// A request may ask for a fault of its own; nothing without `enabled`.
    pub fault_header: bool,
    /// What ids come from; none is the machine's randomness.
    pub seed_ids: Option<u64>,
    /// Where clocks stand still at the start, in Unix milliseconds, at most `START_MS_MAX`; none is
    /// the time of day.
    pub start_ms: Option<u64>,
    /// The file that an app is filled from before anybody is answered, of 1 to `SEED_PATH_BYTES_MAX`
    /// bytes. It goes without `enabled`.
    pub seed: Option<PathBuf>,
    /// What the snapshots of one app may hold together, in bytes; 1 to `SNAPSHOTS_BYTES_MAX`.
    pub snapshots_bytes: u64,
}

/// `[log]`: lines on stderr.
#[derive(Debug, Clone)]
pub struct LogSettings {
    /// Which requests get an access line; `"auto"` is resolved already.
    pub access: AccessLog,
}

/// Which requests get an access line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessLog {
    /// None.
    Off,
    /// Those that were refused or failed.
    Failures,
    /// Each.
    All,
}

impl AccessLog {
    /// The word in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Failures => "failures",
            Self::All => "all",
        }
    }
}

/// `[store]`: where rooms are kept.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The kind of store.
    pub kind: StoreKind,
    /// The journal's directory, of 1 to `STORE_PATH_BYTES_MAX` bytes.
    pub path: PathBuf,
}

/// The kinds of store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// Until the process ends.
    Memory,
    /// On disk before it is answered.
    Journal,
}

impl StoreKind {
    /// The word in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Journal => "journal",
        }
    }
}

/// `[callback]`: callbacks of all apps together.
#[derive(Debug, Clone)]
pub struct BacklogSettings {
    /// What callbacks that wait may hold, in bytes; 1 to `CALLBACK_BACKLOG_BYTES_MAX`.
    pub backlog_bytes: u64,
}

/// `[[app]]`: one tenant.
#[derive(Debug, Clone)]
pub struct AppSettings {
    /// The SDKAppID, from 1.
    pub sdkappid: u32,
    /// 1 to `SECRET_KEYS_MAX` keys; the first signs, all verify.
    pub secret_keys: Vec<Secret>,
    /// 1 to `ADMINS_MAX` accounts that may call the server APIs.
    pub admins: Vec<String>,
    /// The vendors' tables to the letter.
    pub strict: bool,
    /// No limits on calls per second.
    pub unlimited: bool,
    /// Calls per second over all commands; 0 is no such limit.
    pub total_calls_per_second: u32,
    /// `[app.room]`.
    pub room: RoomSettings,
    /// `[app.chat]`.
    pub chat: ChatSettings,
    /// `[app.zego]`.
    pub zego: ZegoSettings,
    /// `[app.callback]`.
    pub callback: CallbackSettings,
}

/// `[app.room]`: what the app's rooms may hold, and how their owner is called.
#[derive(Debug, Clone)]
pub struct RoomSettings {
    /// The part that the rules of rooms read.
    pub rules: RoomRules,
    /// The word for the owner's role in answers.
    pub owner_role_name: OwnerRoleName,
}

/// The word for the owner's role: the vendor's pages use both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnerRoleName {
    /// `Owner`.
    Owner,
    /// `RoomOwner`.
    RoomOwner,
}

impl OwnerRoleName {
    /// The word in the settings and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::RoomOwner => "RoomOwner",
        }
    }
}

/// `[app.zego]`: the app, as ZEGO's server API knows it.
#[derive(Debug, Clone)]
pub struct ZegoSettings {
    /// What requests are signed with: 32 ASCII characters. Without it nobody can ask.
    pub server_secret: Option<Secret>,
    /// What callbacks are signed with.
    pub callback_secret: Option<Secret>,
    /// Where callbacks go, if anywhere. Needs `callback_secret`.
    pub callback_url: Option<CallbackUrl>,
    /// The pages of a walk count as calls for their room, all of them.
    pub count_continuations: bool,
    /// Pages of every browser may read the answers.
    pub cors: bool,
}

/// The bytes of `app.zego.server_secret`.
pub const ZEGO_SECRET_BYTES: usize = 32;

/// `[app.chat]`: groups and accounts of Tencent Chat.
#[derive(Debug, Clone)]
pub struct ChatSettings {
    /// Which accounts there are.
    pub accounts: Accounts,
    /// The custom fields of members: at most `MEMBER_FIELDS_MAX` for each type.
    pub member_fields: Vec<MemberField>,
    /// The keys of the custom fields of groups, each once; at most `GROUP_FIELDS_MAX`.
    pub group_fields: Vec<Arc<str>>,
    /// Who is online is told to those who ask.
    pub online_status: bool,
    /// `[app.chat.limits]`.
    pub limits: ChatLimits,
    /// `[app.chat.quota]`.
    pub quota: ChatQuota,
}

impl ChatSettings {
    /// The keys of the custom fields that members of such a group have, in the order of the
    /// settings.
    pub fn member_keys(&self, of: GroupType) -> impl Iterator<Item = &Arc<str>> {
        let has = move |field: &&MemberField| match field.only {
            Some(only) => only == of,
            None => of != GroupType::AvChatRoom,
        };
        self.member_fields.iter().filter(has).map(|field| &field.key)
    }
}

/// Which accounts there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accounts {
    /// All that anybody names.
    Any,
    /// Those that were imported, and the administrators of the settings.
    Imported,
}

impl Accounts {
    /// The word in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Imported => "imported",
        }
    }
}

/// A custom field of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberField {
    /// Its key: 1 to `FIELD_KEY_BYTES_MAX` letters, digits and `_`.
    pub key: Arc<str>,
    /// The groups whose members have it; those of every type if there is nothing.
    pub only: Option<GroupType>,
}

impl MemberField {
    /// Its key as the settings spell it, with the type of group in front.
    #[must_use]
    pub fn spelt(&self) -> String {
        let key = &self.key;
        let word = Self::TYPES.into_iter().find(|(_, of)| Some(*of) == self.only);
        word.map_or_else(|| key.to_string(), |(word, _)| format!("{word}.{key}"))
    }

    /// The types of group whose members have custom fields, as the settings and the wire spell them.
    pub const TYPES: [(&str, GroupType); 4] = [
        ("Private", GroupType::Private),
        ("Public", GroupType::Public),
        ("ChatRoom", GroupType::ChatRoom),
        ("Community", GroupType::Community),
    ];
}

/// `[app.chat.limits]`: what one request may hold.
#[derive(Debug, Clone)]
pub struct ChatLimits {
    /// Members that create_group may name; 1 to `CHAT_LIMIT_MAX`.
    pub create_members: usize,
    /// Accounts that add_group_member may name; 1 to `CHAT_LIMIT_MAX`.
    pub add_members: usize,
    /// Members that import_group_member may name; 1 to `CHAT_LIMIT_MAX`.
    pub import_members: usize,
    /// Accounts that delete_group_member may name; 1 to `CHAT_LIMIT_MAX`.
    pub delete_members: usize,
    /// Accounts that get_role_in_group may name; 1 to `CHAT_LIMIT_MAX`.
    pub role_accounts: usize,
    /// Accounts that forbid_send_msg may name; 1 to `CHAT_LIMIT_MAX`.
    pub mute_accounts: usize,
    /// Members in one reply of get_group_member_info; 1 to `CHAT_LIMIT_MAX`.
    pub member_page: usize,
    /// Groups that get_group_info may name; 1 to `CHAT_LIMIT_MAX`.
    pub groups_per_info: usize,
    /// Groups in one reply of get_appid_group_list; 1 to `CHAT_LIMIT_MAX`.
    pub app_group_page: usize,
    /// Groups in one reply of get_joined_group_list; 1 to `CHAT_LIMIT_MAX`.
    pub joined_group_page: usize,
    /// Accounts that ban_group_member and unban_group_member may name; 1 to `CHAT_LIMIT_MAX`.
    pub ban_accounts: usize,
    /// Bans in one reply of get_group_ban_member; 1 to `CHAT_LIMIT_MAX`.
    pub ban_page: usize,
    /// A group's Name, in bytes of UTF-8; 1 to `CHAT_TEXT_BYTES_MAX`.
    pub name_bytes: usize,
    /// A group's Introduction, in bytes of UTF-8; 1 to `CHAT_TEXT_BYTES_MAX`.
    pub introduction_bytes: usize,
    /// A group's Notification, in bytes of UTF-8; 1 to `CHAT_TEXT_BYTES_MAX`.
    pub notification_bytes: usize,
    /// A group's FaceUrl, in bytes of UTF-8; 1 to `CHAT_TEXT_BYTES_MAX`.
    pub face_url_bytes: usize,
}

/// `[app.chat.quota]`: what the app's plan allows. Nothing is no such limit.
#[derive(Debug, Clone)]
pub struct ChatQuota {
    /// Groups of the app.
    pub groups: Option<u32>,
    /// Groups of the type `AVChatRoom`.
    pub av_chat_rooms: Option<u32>,
    /// Groups that one account is in.
    pub groups_per_account: Option<u32>,
    /// Members of a group of the types `Private`, `Public` and `ChatRoom`, and what such a group
    /// holds unless told.
    pub members: Option<u32>,
    /// Members of a group of the type `Community`, likewise.
    pub community_members: Option<u32>,
    /// Accounts that are imported.
    pub accounts: Option<u32>,
}

impl ChatQuota {
    /// The most members that a group of a type may be given, and what it holds unless told.
    #[must_use]
    pub fn member_cap(&self, of: GroupType) -> u32 {
        let cap = match of {
            GroupType::Private | GroupType::Public | GroupType::ChatRoom => self.members,
            GroupType::Community => self.community_members,
            GroupType::AvChatRoom => None,
        };
        cap.unwrap_or(u32::MAX)
    }
}

/// `[app.callback]`: where the app's callbacks go, and how.
#[derive(Debug, Clone)]
pub struct CallbackSettings {
    /// The receiver, if the settings name one.
    pub url: Option<CallbackUrl>,
    /// What is told to it, each once; none is nothing.
    pub commands: Vec<EventKind>,
    /// What requests are signed with, if they are: 1 to `CALLBACK_TOKEN_BYTES_MAX` visible ASCII
    /// characters.
    pub token: Option<Secret>,
    /// The pauses before the second and each further attempt, in seconds; at most
    /// `CALLBACK_RETRIES_MAX`, each from 1 to `CALLBACK_RETRY_S_MAX`.
    pub retry_s: Vec<u32>,
    /// How long an attempt may take, in real time; more than 0, at most `CALLBACK_TIMEOUT_MAX`.
    pub timeout: Duration,
    /// URLs set over the REST API may lead to private and loopback addresses.
    pub allow_private: bool,
    /// Whose time a signature carries.
    pub sign_clock: SignClock,
}

/// Whose time the signature of a callback carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignClock {
    /// The machine's.
    Real,
    /// The app's.
    App,
}

impl SignClock {
    /// The word in the settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::App => "app",
        }
    }
}

impl Settings {
    /// Whether any app can be signed for with the key that stands in public source.
    pub fn uses_development_key(&self) -> bool {
        self.apps.iter().flat_map(|app| &app.secret_keys).any(|key| key.expose() == DEVELOPMENT_KEY)
    }

    /// Whether any app can be signed for with the server secret that stands in public source.
    pub fn uses_development_secret(&self) -> bool {
        let secrets = self.apps.iter().filter_map(|app| app.zego.server_secret.as_ref());
        secrets.map(Secret::expose).any(|secret| secret == DEVELOPMENT_ZEGO_SECRET)
    }
}
