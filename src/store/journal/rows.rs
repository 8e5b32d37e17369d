//! What a row holds: one byte that says by which format, and the record.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The format in which rows are written.
const FORMAT: u8 = 1;
/// The largest row, in bytes.
pub(super) const MAX_ROW_BYTES: usize = 64 * 1024;

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

/// What the record of a row begins with.
pub(super) fn begins_with<T: DeserializeOwned>(row: &[u8]) -> Result<T, RowFault> {
    let (_, bytes) = row.split_first().ok_or(RowFault::Empty)?;
    let begun = postcard::take_from_bytes(bytes);
    begun.map(|(record, _)| record).map_err(RowFault::Record)
}

/// The record of a row.
pub(super) fn decode<T: DeserializeOwned>(row: &[u8]) -> Result<T, RowFault> {
    let (format, bytes) = row.split_first().ok_or(RowFault::Empty)?;
    if *format != FORMAT {
        return Err(RowFault::Format(*format));
    }
    match postcard::take_from_bytes(bytes) {
        Ok((record, [])) => Ok(record),
        Ok(_) => Err(RowFault::Longer),
        Err(error) => Err(RowFault::Record(error)),
    }
}
