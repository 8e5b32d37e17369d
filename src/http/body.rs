//! Reading a body to a limit.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// It is longer than the limit. What was read is gone already.
    TooLarge,
    /// The client went away or sent nonsense.
    Broken,
}

/// Reads a body of at most `limit_bytes`. An announced length over the limit is refused before
/// anything is read; a body that comes in one piece is not copied.
pub(super) async fn read(mut body: Incoming, limit_bytes: usize) -> Result<Bytes, BodyFault> {
    let limit = limit_bytes as u64;
    if body.size_hint().lower() > limit {
        return Err(BodyFault::TooLarge);
    }
    let Some(mut whole) = next_data(&mut body).await? else { return Ok(Bytes::new()) };
    let mut collected: Option<BytesMut> = None;
    loop {
        let len = collected.as_ref().map_or(whole.len(), BytesMut::len);
        if len > limit_bytes {
            return Err(BodyFault::TooLarge);
        }
        if body.is_end_stream() {
            break;
        }
        let Some(data) = next_data(&mut body).await? else { break };
        collected.get_or_insert_with(|| BytesMut::from(whole.as_ref())).extend_from_slice(&data);
    }
    if let Some(collected) = collected {
        whole = collected.freeze();
    }
    Ok(whole)
}

/// Reads a body that nobody needs, and keeps nothing: a client that is refused early gets its
/// answer rather than a reset connection.
pub(super) async fn drain(mut body: Incoming, limit_bytes: usize) {
    let mut left = limit_bytes as u64;
    if body.size_hint().lower() > left {
        return;
    }
    while let Ok(Some(data)) = next_data(&mut body).await {
        left = left.saturating_sub(data.len() as u64);
        if left == 0 {
            return;
        }
    }
}

/// The next piece with bytes in it; trailers are passed over.
async fn next_data(body: &mut Incoming) -> Result<Option<Bytes>, BodyFault> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyFault::Broken)?;
        if let Ok(data) = frame.into_data()
            && !data.is_empty()
        {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
