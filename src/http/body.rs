//! Reading a body: to a limit, and within what all bodies together may hold.
//!
//! A body that came in one piece still lies where its connection's buffer was and costs nothing
//! here. One that comes in several is collected, and takes the room for that out of one budget for
//! all connections as it grows; when the budget is spent, it is given up.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::Bounds;
use super::ending::Ending;

/// The first room that is made for a body in several pieces, in bytes, unless it is shorter.
const FIRST_ROOM_BYTES: usize = 4 * 1024;

/// Why a body was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyFault {
    /// It is longer than the limit. What was read is gone already.
    TooLarge,
    /// Too much is held for other bodies. What was read is gone already.
    Busy,
    /// The client went away or sent nonsense.
    Broken,
}

/// What the bodies of all connections may hold while they are collected.
pub(super) struct BodyMemory {
    free_bytes: AtomicUsize,
}

/// What one body has taken of that. Dropping it gives it back.
pub(super) struct Held<'a> {
    memory: &'a BodyMemory,
    bytes: usize,
}

impl BodyMemory {
    pub(super) fn new(bytes: usize) -> Self {
        Self { free_bytes: AtomicUsize::new(bytes) }
    }

    fn nothing(&self) -> Held<'_> {
        Held { memory: self, bytes: 0 }
    }
}

impl Held<'_> {
    /// Takes more, at once or not at all: whoever waited while holding some could wait for another
    /// who does the same.
    fn take(&mut self, bytes: usize) -> Result<(), BodyFault> {
        let take = |free: usize| free.checked_sub(bytes);
        let order = Ordering::Relaxed;
        let taken = self.memory.free_bytes.fetch_update(order, order, take);
        taken.map_err(|_| BodyFault::Busy)?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.memory.free_bytes.fetch_add(self.bytes, Ordering::Relaxed);
        }
    }
}

/// Reads a body of at most `limit_bytes`. An announced length over the limit is refused before
/// anything is read; a body that comes in one piece is not copied. What it holds is held until the
/// second part of the result is dropped.
pub(super) async fn read<'a>(
    body: &mut Incoming,
    limit_bytes: usize,
    memory: &'a BodyMemory,
) -> Result<(Bytes, Held<'a>), BodyFault> {
    let mut held = memory.nothing();
    if body.size_hint().lower() > limit_bytes as u64 {
        return Err(BodyFault::TooLarge);
    }
    let Some(first) = next_data(body).await? else { return Ok((Bytes::new(), held)) };
    if first.len() > limit_bytes {
        return Err(BodyFault::TooLarge);
    }
    if body.is_end_stream() {
        return Ok((first, held));
    }
    let rest = body.size_hint().upper().and_then(|rest| usize::try_from(rest).ok());
    let most_bytes = rest.map_or(limit_bytes, |rest| limit_bytes.min(first.len() + rest));
    let mut whole = Vec::new();
    append(&mut whole, &first, most_bytes, &mut held)?;
    // It keeps the connection's buffer from being used again.
    drop(first);
    while let Some(data) = next_data(body).await? {
        if whole.len() + data.len() > limit_bytes {
            return Err(BodyFault::TooLarge);
        }
        append(&mut whole, &data, most_bytes, &mut held)?;
    }
    Ok((whole.into(), held))
}

/// Appends a piece to a body that will not be longer than `most_bytes`. Room is made by doubling,
/// and taken from the budget before it is made.
fn append(
    whole: &mut Vec<u8>,
    data: &[u8],
    most_bytes: usize,
    held: &mut Held<'_>,
) -> Result<(), BodyFault> {
    let needed = whole.len() + data.len();
    if needed > whole.capacity() {
        let room = (2 * whole.capacity()).max(FIRST_ROOM_BYTES).min(most_bytes).max(needed);
        held.take(room - whole.capacity())?;
        whole.reserve_exact(room - whole.len());
    }
    whole.extend_from_slice(data);
    Ok(())
}

/// Reads a body that nobody needs, and keeps nothing: a client that is refused early gets its
/// answer rather than a reset connection. Answers whether that was all of it.
pub(super) async fn drain(body: &mut Incoming, limit_bytes: usize) -> bool {
    let mut left = limit_bytes as u64;
    if body.size_hint().lower() > left {
        return false;
    }
    while let Ok(Some(data)) = next_data(body).await {
        let Some(rest) = left.checked_sub(data.len() as u64) else { return false };
        left = rest;
    }
    true
}

/// An answer, and a body that its client is still sending.
pub struct Answered<B> {
    pub(super) response: Response<B>,
    pub(super) unread: Option<Unread>,
    pub(super) ending: Ending,
}

impl<B> From<Response<B>> for Answered<B> {
    fn from(response: Response<B>) -> Self {
        Self { response, unread: None, ending: Ending::Whole }
    }
}

impl<B> Answered<B> {
    /// An answer to a request of which nobody reads the body.
    #[must_use]
    pub fn unread(response: Response<B>, body: Incoming, bounds: Bounds) -> Self {
        let Bounds { body_limit_bytes: limit_bytes, request_timeout: within, .. } = bounds;
        let unread = (!body.is_end_stream()).then_some(Unread { body, limit_bytes, within });
        Self { response, unread, ending: Ending::Whole }
    }
}

/// The rest of a body whose request is answered. A client that writes all before it reads anything
/// would meet a reset connection instead of its answer, were the rest not read.
pub(super) struct Unread {
    pub(super) body: Incoming,
    pub(super) limit_bytes: usize,
    pub(super) within: Duration,
}

impl Unread {
    /// Reads it, to its limits.
    pub(super) async fn drain(mut self) {
        let draining = drain(&mut self.body, self.limit_bytes);
        // Beyond the limits the connection ends: hyper closes it when the body is dropped.
        let _ = tokio::time::timeout(self.within, draining).await;
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

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::{Arc, Mutex};

    use http_body_util::Empty;
    use hyper::server::conn::http1;
    use hyper::service::service_fn;
    use hyper_util::rt::TokioIo;
    use tokio::io::AsyncWriteExt;

    use super::*;

    const LIMIT_BYTES: usize = 256 * 1024;
    const ENOUGH_BYTES: usize = 2 * LIMIT_BYTES;

    /// Sends a request's bytes to a server that reads its body: what came of that, and how many
    /// bytes the server took. What is written is taken: between the two nothing fits in.
    async fn sent(
        head: &str,
        bytes: impl Iterator<Item = Vec<u8>>,
    ) -> (Result<Bytes, BodyFault>, usize) {
        let (client, server) = tokio::io::duplex(1);
        let (mut answers, mut client) = tokio::io::split(client);
        let came = Arc::new(Mutex::new(None));
        let service = service_fn(|request: http::Request<Incoming>| async {
            let memory = BodyMemory::new(ENOUGH_BYTES);
            let read = read(&mut request.into_body(), LIMIT_BYTES, &memory).await;
            *came.lock().unwrap() = Some(read.map(|(bytes, _)| bytes));
            Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new()))
        });
        let mut serving = http1::Builder::new();
        let serving = serving.keep_alive(false).serve_connection(TokioIo::new(server), service);
        // The server's end of the line goes as soon as it is done.
        let serving = async {
            let _ = serving.await;
        };
        let head = format!("POST / HTTP/1.1\r\n{head}\r\n\r\n").into_bytes();
        let mut taken = 0;
        let sending = async {
            for piece in std::iter::once(head).chain(bytes) {
                for byte in piece {
                    if client.write_all(&[byte]).await.is_err() {
                        return;
                    }
                    taken += 1;
                }
            }
        };
        let mut nothing = tokio::io::sink();
        let listening = tokio::io::copy(&mut answers, &mut nothing);
        let _ = tokio::join!(serving, sending, listening);
        let came = came.lock().unwrap().take();
        (came.unwrap(), taken)
    }

    fn chunks(count: usize) -> impl Iterator<Item = Vec<u8>> {
        let chunk = format!("400\r\n{}\r\n", " ".repeat(1024)).into_bytes();
        std::iter::repeat_n(chunk, count)
    }

    #[tokio::test]
    async fn a_body_without_a_length_is_read_to_the_limit_and_hardly_further() {
        let last = std::iter::once(b"0\r\n\r\n".to_vec());
        let (read, _) = sent("Transfer-Encoding: chunked", chunks(256).chain(last)).await;
        assert_eq!(read.map(|bytes| bytes.len()), Ok(LIMIT_BYTES));
        let (read, taken) = sent("Transfer-Encoding: chunked", chunks(4096)).await;
        assert_eq!(read, Err(BodyFault::TooLarge));
        // Its chunks' own bytes come on top, and what the connection reads ahead.
        assert!((LIMIT_BYTES..LIMIT_BYTES + 20 * 1024).contains(&taken), "{taken}");
    }

    #[tokio::test]
    async fn of_an_announced_body_over_the_limit_nothing_is_read() {
        let announced = format!("Content-Length: {}", LIMIT_BYTES + 1);
        let (read, taken) = sent(&announced, chunks(4096)).await;
        assert_eq!(read, Err(BodyFault::TooLarge));
        assert!(taken < 20 * 1024, "{taken}");
    }

    #[test]
    fn bodies_together_hold_what_they_may_and_give_it_back() {
        let memory = BodyMemory::new(10_000);
        let (mut first, mut second) = (memory.nothing(), memory.nothing());
        assert_eq!(first.take(6_000), Ok(()));
        assert_eq!(second.take(4_001), Err(BodyFault::Busy));
        assert_eq!(second.take(4_000), Ok(()));
        assert_eq!(first.take(1), Err(BodyFault::Busy));
        drop(second);
        assert_eq!(first.take(4_000), Ok(()));
        drop(first);
        assert_eq!(memory.nothing().take(10_000), Ok(()));
        assert_eq!(memory.nothing().take(10_000), Ok(()), "each gives back what it took");
    }

    #[test]
    fn room_is_made_by_doubling_up_to_the_length_of_the_body() {
        let memory = BodyMemory::new(ENOUGH_BYTES);
        let (mut held, mut whole) = (memory.nothing(), Vec::new());
        let mut rooms = Vec::new();
        for _ in 0..20 {
            append(&mut whole, &[7; 1000], 20_000, &mut held).unwrap();
            assert_eq!(whole.capacity(), held.bytes, "what is held is what was taken");
            rooms.push(held.bytes);
        }
        rooms.dedup();
        assert_eq!(rooms, [4096, 8192, 16_384, 20_000]);
        assert_eq!(whole, [7; 20_000]);
    }
}
