//! What a row holds: one byte that says by which format, and the record.
//!
//! No row is longer than [`MAX_ROW_BYTES`]. Every record is far below that by the limits of what it
//! is made of, but for one: a letter may tell of hundreds of people or streams, and stands in as
//! many rows as it takes.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::keys;

/// The format in which rows are written.
const FORMAT: u8 = 1;
/// The largest row, in bytes.
pub(super) const MAX_ROW_BYTES: usize = 64 * 1024;
/// What it holds besides the format.
pub(super) const MAX_PIECE_BYTES: usize = MAX_ROW_BYTES - 1;

/// A row that is written, or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) key: Vec<u8>,
    /// Nothing removes it.
    pub(super) value: Option<Vec<u8>>,
}

impl Row {
    pub(super) fn put(key: Vec<u8>, record: &impl Serialize) -> Self {
        Self { key, value: Some(encode(record)) }
    }

    pub(super) fn remove(key: Vec<u8>) -> Self {
        Self { key, value: None }
    }
}

/// Why a row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum RowFault {
    #[error("is empty")]
    Empty,
    #[error("is written in format {0}, and this program reads 1 to {FORMAT}")]
    Format(u8),
    #[error("is no such record: {0}")]
    Record(postcard::Error),
    #[error("goes on behind its record")]
    Longer,
}

/// A record as it stands in a row.
pub(super) fn encode(record: &impl Serialize) -> Vec<u8> {
    let written = postcard::to_extend(record, vec![FORMAT]);
    let bytes = written.expect("records are plain data");
    debug_assert!(bytes.len() <= MAX_ROW_BYTES, "a row of {} bytes", bytes.len());
    bytes
}

/// A record of any size: its first row under its key, the others behind that. They are written, and
/// go, together.
pub(super) fn split(key: &[u8], record: &impl Serialize) -> Vec<Row> {
    let bytes = postcard::to_extend(record, Vec::new()).expect("records are plain data");
    let row = |(nth, piece): (u32, &[u8])| {
        let value = [&[FORMAT], piece].concat();
        Row { key: keys::piece(key, nth), value: Some(value) }
    };
    (0..).zip(bytes.chunks(MAX_PIECE_BYTES)).map(row).collect()
}

/// The keys that a record of any size may have rows under, at least, if it takes so many bytes in
/// memory.
pub(super) fn pieces(key: &[u8], size_bytes: usize) -> impl Iterator<Item = Vec<u8>> {
    // A number may take more than in memory, but not twice.
    let behind = u32::try_from(2 * size_bytes / MAX_PIECE_BYTES).unwrap_or(u32::MAX);
    (0..=behind).map(|nth| keys::piece(key, nth))
}

/// What a row of a record of any size has of it.
pub(super) fn piece(row: &[u8]) -> Result<&[u8], RowFault> {
    match row.split_first().ok_or(RowFault::Empty)? {
        (&FORMAT, piece) => Ok(piece),
        (other, _) => Err(RowFault::Format(*other)),
    }
}

/// What the record of a row begins with.
pub(super) fn begins_with<T: DeserializeOwned>(row: &[u8]) -> Result<T, RowFault> {
    let (_, bytes) = row.split_first().ok_or(RowFault::Empty)?;
    let begun = postcard::take_from_bytes(bytes);
    begun.map(|(record, _)| record).map_err(RowFault::Record)
}

/// The record of a row.
pub(super) fn decode<T: DeserializeOwned>(row: &[u8]) -> Result<T, RowFault> {
    whole(piece(row)?)
}

/// The record that some bytes are, without their format.
pub(super) fn whole<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, RowFault> {
    match postcard::take_from_bytes(bytes) {
        Ok((record, [])) => Ok(record),
        Ok(_) => Err(RowFault::Longer),
        Err(error) => Err(RowFault::Record(error)),
    }
}
