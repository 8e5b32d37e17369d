//! One connection's time: a request head must come swiftly, silence may last long.
//!
//! The time-out that hyper offers for heads also ends idle connections, and arms a timer for every
//! request. Here a timer exists only while a head is half there.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// Where a connection stands in its conversation.
#[derive(Clone, Default)]
pub(super) struct Phase(Arc<AtomicU8>);

/// No request is under way.
const IDLE: u8 = 0;
/// A head has begun.
const HEAD: u8 = 1;
/// A request is being answered.
const BUSY: u8 = 2;
/// Since the last look nothing was under way.
const STILL_IDLE: u8 = 3;
/// A request was answered before its body had come to its end.
const DRAINING: u8 = 4;
/// The answer breaks off: once everything is sent that there is, the connection ends.
const CUT_OFF: u8 = 5;
/// Nothing is sent any more: the connection ends.
const CLOSED: u8 = 6;
/// Nothing is sent until the client goes.
const SILENT: u8 = 7;

impl Phase {
    /// A head is complete.
    pub(super) fn request_begins(&self) {
        self.0.store(BUSY, Ordering::Relaxed);
    }

    /// The answer is ready to be sent.
    pub(super) fn request_ends(&self) {
        self.0.store(IDLE, Ordering::Relaxed);
    }

    /// The answer is ready to be sent, and the rest of the body is read for nobody.
    pub(super) fn draining_begins(&self) {
        self.0.store(DRAINING, Ordering::Relaxed);
    }

    /// That rest is read.
    pub(super) fn draining_ends(&self) {
        // Failing is fine: then the next request came behind that rest, and is under way.
        let order = Ordering::Relaxed;
        let _ = self.0.compare_exchange(DRAINING, IDLE, order, order);
    }

    /// The answer that is being given breaks off where its body does.
    pub(super) fn cuts_off(&self) {
        self.0.store(CUT_OFF, Ordering::Relaxed);
    }

    /// The connection ends without an answer.
    pub(super) fn closes(&self) {
        self.0.store(CLOSED, Ordering::Relaxed);
    }

    /// There is no answer yet: should the client go, the connection ends.
    pub(super) fn falls_silent(&self) {
        self.0.store(SILENT, Ordering::Relaxed);
    }

    fn is(&self, phase: u8) -> bool {
        self.0.load(Ordering::Relaxed) == phase
    }

    /// Whether nothing was under way at any moment since this was asked before.
    pub(super) fn was_silent(&self) -> bool {
        let order = Ordering::Relaxed;
        let phase = self.0.compare_exchange(IDLE, STILL_IDLE, order, order);
        phase.is_err_and(|phase| phase == STILL_IDLE)
    }

    fn bytes_came(&self) {
        let begin = |phase| matches!(phase, IDLE | STILL_IDLE).then_some(HEAD);
        // Failing is fine: then a request is under way and these are the bytes of its body.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, begin);
    }

    fn in_body(&self) -> bool {
        matches!(self.0.load(Ordering::Relaxed), BUSY | DRAINING)
    }

    fn in_head(&self) -> bool {
        self.is(HEAD)
    }
}

/// The most that is read at a time behind a head, in bytes: less than the buffer that hyper begins
/// with. It makes its buffer larger whenever a read has filled it, up to the size of a head, and
/// keeps it: many large bodies would cost that much for each connection.
const BODY_READ_BYTES: usize = 8 * 1024 - 1;

/// A socket that gives up on a head which does not come to its end, and on a client that does not
/// take its answers.
pub(super) struct Guarded<S> {
    socket: S,
    phase: Phase,
    head_timeout: Duration,
    write_timeout: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
    blocked: Option<Pin<Box<Sleep>>>,
}

impl<S> Guarded<S> {
    pub(super) fn new(
        socket: S,
        phase: Phase,
        head_timeout: Duration,
        write_timeout: Duration,
    ) -> Self {
        Self { socket, phase, head_timeout, write_timeout, waiting: None, blocked: None }
    }

    /// Passes on how far a write came. A timer exists only while it cannot go on.
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            if self.blocked.is_some() {
                self.blocked = None;
            }
            return written;
        }
        let timeout = self.write_timeout;
        let blocked = self.blocked.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        blocked.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> Guarded<S> {
    /// Reads no more than [`BODY_READ_BYTES`].
    fn poll_read_some(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let len = buf.remaining().min(BODY_READ_BYTES);
        let mut some = ReadBuf::new(buf.initialize_unfilled_to(len));
        ready!(Pin::new(&mut self.socket).poll_read(cx, &mut some))?;
        let read = some.filled().len();
        buf.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin> Guarded<S> {
    /// Whether the client has closed its side, or broken off. What it sends instead is read for
    /// nobody: this connection answers nothing more.
    fn client_is_gone(&mut self, cx: &mut Context<'_>) -> bool {
        loop {
            let mut space = [0; 512];
            let mut some = ReadBuf::new(&mut space);
            match Pin::new(&mut self.socket).poll_read(cx, &mut some) {
                Poll::Pending => return false,
                Poll::Ready(Ok(())) if !some.filled().is_empty() => {}
                Poll::Ready(_) => return true,
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = if self.phase.in_body() {
            self.poll_read_some(cx, buf)
        } else {
            Pin::new(&mut self.socket).poll_read(cx, buf)
        };
        if read.is_ready() {
            self.phase.bytes_came();
            return read;
        }
        if !self.phase.in_head() {
            self.waiting = None;
            return Poll::Pending;
        }
        let timeout = self.head_timeout;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        match waiting.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.phase.is(CLOSED) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.socket).poll_flush(cx);
        let flushed = ready!(self.written(cx, flushed));
        // Asked whenever the connection has been looked at, with nothing left to be written.
        if self.phase.is(CUT_OFF) || self.phase.is(SILENT) && self.client_is_gone(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut_down = Pin::new(&mut self.socket).poll_shutdown(cx);
        self.written(cx, shut_down)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.phase.is(CLOSED) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bytes);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
