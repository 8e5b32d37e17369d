//! The bytes of a token: expiry, IV and cipher text, each text behind its length, in network order.

use super::TokenFault;

/// The parts of a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packed<'a> {
    /// In Unix seconds.
    pub(super) expire_s: i64,
    pub(super) iv: &'a [u8],
    pub(super) cipher: &'a [u8],
    /// The byte behind the cipher text, if there is one.
    pub(super) mode: Option<u8>,
}

/// Puts the parts together; none if one is too long for its length.
pub(super) fn pack(parts: &Packed<'_>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(13 + parts.iv.len() + parts.cipher.len());
    bytes.extend(parts.expire_s.to_be_bytes());
    for part in [parts.iv, parts.cipher] {
        bytes.extend(u16::try_from(part.len()).ok()?.to_be_bytes());
        bytes.extend(part);
    }
    bytes.extend(parts.mode);
    Some(bytes)
}

/// Takes the parts apart.
pub(super) fn unpack(bytes: &[u8]) -> Result<Packed<'_>, TokenFault> {
    let (expire, rest) =
        bytes.split_first_chunk().ok_or(TokenFault::CutShort { part: "expiry" })?;
    let (iv, rest) = counted(rest, "IV")?;
    let (cipher, rest) = counted(rest, "cipher text")?;
    let mode = match rest {
        [] => None,
        [mode] => Some(*mode),
        more => return Err(TokenFault::Trailing { bytes: more.len() - 1 }),
    };
    Ok(Packed { expire_s: i64::from_be_bytes(*expire), iv, cipher, mode })
}

/// A text behind its length, and what follows.
fn counted<'a>(bytes: &'a [u8], part: &'static str) -> Result<(&'a [u8], &'a [u8]), TokenFault> {
    let cut_short = TokenFault::CutShort { part };
    let (count, rest) = bytes.split_first_chunk().ok_or(cut_short)?;
    rest.split_at_checked(u16::from_be_bytes(*count).into()).ok_or(cut_short)
}
