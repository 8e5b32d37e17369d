//! The zlib layer of a ticket, with a hard bound on what a stream may unfold to.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};

use super::{MAX_INFLATED_BYTES, TicketFault};

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(bytes.len()), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("the encoder fails only when its writer does, and a Vec takes every write")
}

/// Told that all of the stream is there and all of the output fits, the inflater writes straight
/// into the output; otherwise it goes through a window of 32 KiB. A guess that was too small costs
/// a second pass, which only a text that shrank to less than an eighth needs.
pub(super) fn inflate(packed: &[u8]) -> Result<Vec<u8>, TicketFault> {
    let guess = (packed.len() * 8).min(MAX_INFLATED_BYTES);
    match inflate_within(packed, guess)? {
        Some(text) => Ok(text),
        None if guess == MAX_INFLATED_BYTES => Err(TicketFault::TooBig),
        None => inflate_within(packed, MAX_INFLATED_BYTES)?.ok_or(TicketFault::TooBig),
    }
}

/// `None`: all of `bound_bytes` is full and the stream has not ended.
fn inflate_within(packed: &[u8], bound_bytes: usize) -> Result<Option<Vec<u8>>, TicketFault> {
    let mut inflater = Decompress::new(true);
    // A slice cannot grow, unlike the spare room of a Vec, which may be more than was asked for.
    let mut text = vec![0; bound_bytes];
    let status = inflater.decompress(packed, &mut text, FlushDecompress::Finish);
    let taken = inflater.total_in() as usize;
    let made = inflater.total_out() as usize;
    match status {
        Ok(Status::StreamEnd) if taken < packed.len() => {
            Err(TicketFault::Trailing { size_bytes: packed.len() - taken })
        }
        Ok(Status::StreamEnd) => {
            text.truncate(made);
            Ok(Some(text))
        }
        Ok(_) if made == bound_bytes => Ok(None),
        Ok(_) => Err(TicketFault::Inflate(header_cause(packed).unwrap_or("it is cut short"))),
        Err(_) => Err(TicketFault::Inflate(header_cause(packed).unwrap_or("it is damaged"))),
    }
}

/// Home-made signers most often go wrong at the wrapper.
fn header_cause(packed: &[u8]) -> Option<&'static str> {
    match packed {
        [b'{', ..] => Some("this is bare JSON that was never compressed"),
        [0x1f, 0x8b, ..] => Some("this is gzip, not zlib"),
        [method, flags, ..]
            if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31) =>
        {
            None
        }
        _ => Some("this is no zlib stream"),
    }
}
