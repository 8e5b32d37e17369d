//! Groups: what chat adds to a room. Every room has it; only groups are made with it.

use serde::{Deserialize, Serialize};

use super::custom_field::CustomFields;
use super::member::MsgFlag;
use super::refusal::Refusal;
use super::room::RoomKind;

/// The five preset types of group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupType {
    /// Friends among themselves: no administrators, nobody is muted, the owner may leave. `Work` in
    /// newer programs.
    Private,
    /// Found by its id, joined on request.
    Public,
    /// A meeting: people come and go. `Meeting` in newer programs. Every room that is no group is
    /// seen as one of these.
    ChatRoom,
    /// A live room without end of people, of whom nothing is kept but that they are there.
    AvChatRoom,
    /// Up to a hundred thousand people.
    Community,
}

impl GroupType {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Private, Self::Public, Self::ChatRoom, Self::AvChatRoom, Self::Community];

    /// Whether the owner may go, and leaves the group without one.
    #[must_use]
    pub fn may_lose_owner(self) -> bool {
        self == Self::Private
    }

    /// Whether members can be made administrators.
    #[must_use]
    pub fn has_admins(self) -> bool {
        !matches!(self, Self::Private | Self::AvChatRoom)
    }

    /// Whether members can be muted.
    #[must_use]
    pub fn mutes_members(self) -> bool {
        self != Self::Private
    }

    /// What a new member hears of.
    #[must_use]
    pub fn msg_flag(self) -> MsgFlag {
        match self {
            Self::Private | Self::Public | Self::Community => MsgFlag::Notify,
            Self::ChatRoom | Self::AvChatRoom => MsgFlag::OnlineOnly,
        }
    }
}

/// Some of the types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupTypes(u8);

impl GroupTypes {
    /// These.
    #[must_use]
    pub const fn of(types: &[GroupType]) -> Self {
        let (mut bits, mut nth) = (0, 0);
        while nth < types.len() {
            bits |= 1 << types[nth] as u8;
            nth += 1;
        }
        Self(bits)
    }

    /// Whether a type is among them.
    #[must_use]
    pub const fn contains(self, of: GroupType) -> bool {
        self.0 & (1 << of as u8) != 0
    }
}

/// Which rooms a caller can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Rooms. A group is none.
    Rooms,
    /// Groups of some types, and rooms as far as they are seen as such.
    Groups(GroupTypes),
}

impl Reach {
    /// Whether a room is one of those.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`] for what is no room, [`Refusal::GroupTypeForbids`] for a group of
    /// another type.
    pub fn check(self, kind: RoomKind) -> Result<(), Refusal> {
        match self {
            Self::Rooms if kind.is_group() => Err(Refusal::NoSuchRoom),
            Self::Groups(types) if !types.contains(kind.group_type()) => {
                Err(Refusal::GroupTypeForbids { group_type: kind.group_type() })
            }
            Self::Rooms | Self::Groups(_) => Ok(()),
        }
    }
}

/// How people join who ask to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplyOption {
    /// At once.
    Free,
    /// An administrator decides.
    #[default]
    Permission,
    /// Nobody can ask.
    Disabled,
}

/// How people join who are invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InviteOption {
    /// At once.
    #[default]
    Free,
    /// An administrator decides.
    Permission,
    /// Nobody can be invited.
    Disabled,
}

/// What is said of a group beside what every room has.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupProfile {
    /// What it is about.
    pub introduction: Box<str>,
    /// What its members are to know.
    pub notification: Box<str>,
    /// Its picture.
    pub face_url: Box<str>,
    /// How people join who ask to.
    pub apply: ApplyOption,
    /// How people join who are invited.
    pub invite: InviteOption,
    /// The app's own fields.
    pub fields: CustomFields,
    /// It may have topics.
    pub topics: bool,
    /// Its members may be given rights of their own.
    pub permissions: bool,
    /// The rights of those who were given none: a bit mask of the vendor's.
    pub default_permission: u32,
    /// New members may read what was written before; `None` leaves it to the type.
    pub history: Option<bool>,
    /// How often what is said of it was changed.
    pub changes: u32,
    /// When it was changed last, in Unix milliseconds; 0 if never.
    pub changed_ms: u64,
}

impl GroupProfile {
    /// The profile, changed once more.
    #[must_use]
    pub fn touched(self, now_ms: u64) -> Self {
        Self { changes: self.changes.saturating_add(1), changed_ms: now_ms, ..self }
    }

    /// What its texts hold, in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let texts = [&self.introduction, &self.notification, &self.face_url];
        texts.map(|text| text.len()).iter().sum::<usize>() + self.fields.heap_bytes()
    }
}
