//! Rooms and members as pure rules.
//!
//! Job: say what may happen in a room and what it changes. An [`Operation`] names the records that
//! it must see and decides, from those alone, what is written and what happened.
//!
//! Promise: no clock, no randomness, no I/O, no lock and no log in here; everything comes in by
//! argument, so each rule can be tabled, fuzzed and replayed.
//!
//! Not here: wire words, error codes and storage.

mod account_record;
mod callback_url;
mod custom_field;
mod event;
mod everybody;
mod forbid;
mod group;
mod ids;
mod marks;
mod member;
mod notice;
mod operation;
mod ops;
mod page;
mod passage;
mod password;
mod position;
mod receiver_record;
mod record;
mod refusal;
mod room;
mod rules;
mod sanction;
mod seats;
mod single;
mod stream;
mod text;

pub use account_record::{AccountRecord, AccountView};
pub use callback_url::{CallbackUrl, CallbackUrlFault, MAX_CALLBACK_URL_BYTES};
pub use custom_field::{CustomFields, FieldsView, MAX_CUSTOM_FIELDS};
pub use event::{Event, EventKind, LeaveReason};
pub use everybody::{Everybody, Roster};
pub use forbid::{Deed, Deeds, ForbidKey, ForbidKind, ForbidRule};
pub use group::{ApplyOption, GroupProfile, GroupType, GroupTypes, InviteOption, Reach};
pub use ids::{
    Account, AppId, MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, MAX_STREAM_ID_BYTES, RoomId, RoomKey,
    StreamId,
};
pub use marks::{MAX_MARKS_PER_ROOM, MIN_MARK, MarkCounts};
pub use member::{Member, MemberView, MsgFlag, Role, Roles};
pub use notice::{Destination, Letter, Notice};
pub use operation::{
    Decision, Delta, Env, FactsWrite, MemberWrite, Need, Operation, Slice, Within,
};
pub use ops::{
    AddMembers, AddRobot, AddStream, Addition, AskForSeat, BanMembers, ChangeOwner, CreateGroup,
    CreateRoom, DeleteRobot, DeleteStream, DestroyRoom, Enter, EnterMany, Entrance, Entry,
    FirstMember, GroupChange, IfTaken, ImportMembers, ImportedMember, Kick, Leave, LeaveSeat,
    LockSeat, MAX_ENTRIES_PER_STEP, MarkMembers, MemberChange, MoveToSeat, MuteMembers, Reclaim,
    RemoveMembers, RoomChange, SeatChange, SeatRequest, TakeSeat, UnbanMembers, UpdateGroup,
    UpdateMember, UpdateRoom, Vanish, WithdrawFromQueue,
};
pub use page::{Aside, PageEnd, PageQuery, PageSink};
pub use passage::{Login, Passage, Platform};
pub use password::{Gate, PasswordHash, Salt};
pub use position::Position;
pub use receiver_record::ReceiverRecord;
pub use record::{LetterRecord, Record, RoomRecord};
pub use refusal::{Ceiling, Refusal};
pub use room::{
    Facts, MIN_SCHEDULE_S, RoomKind, RoomStatus, RoomView, Schedule, SeatSettings, Silenced,
    TakeSeatMode, Tally,
};
pub use rules::RoomRules;
pub use sanction::{Sanction, SanctionKind, SanctionView, SanctionWrite};
pub use seats::{MAX_SEATS, Seat, Seats};
pub use single::Single;
pub use stream::{MAX_STREAMS, Stream, StreamEnd, StreamWrite};
pub use text::{TextFault, is_plain};
