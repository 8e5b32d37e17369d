//! UserSig, the ticket of Tencent's APIs (TLSSigAPIv2): `base64*(zlib(JSON))` with an HMAC-SHA256
//! inside.
//!
//! Job: [`sign`] makes a ticket as the vendor's libraries do, [`decode`] reads one that any of
//! them made, [`Ticket::is_signed_by`] says whether a key stands behind it, and
//! [`explain()`] tells a person what is in it. Promise: a ticket is read within
//! [`MAX_TICKET_BYTES`] and [`MAX_INFLATED_BYTES`], and what is verified are the values read.
//!
//! Not its job: expiry, app and identifier are the caller's to compare, since the genuine
//! verifiers do so *before* the signature. The asymmetric tickets before 2019 are recognised
//! ([`TicketFault::Version`]) and not read.

mod alphabet;
mod claims;
mod decode;
mod explain;
mod fault;
mod json;
mod key;
mod make;
mod map_key;
mod packing;
#[cfg(test)]
mod tests;

pub use claims::Claims;
pub use decode::{Ticket, decode};
pub use explain::{Explanation, explain};
pub use fault::TicketFault;
pub use key::SecretKey;
pub use make::sign;

/// The longest ticket that is looked at, in bytes of its text. Genuine ones have 180 to 330, with
/// a userbuf some more.
pub const MAX_TICKET_BYTES: usize = 4096;

/// The longest JSON text that a ticket may unfold to, in bytes.
pub const MAX_INFLATED_BYTES: usize = 65536;
