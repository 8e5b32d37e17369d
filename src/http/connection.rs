//! One connection's time: a request head must come swiftly, silence may last long.
//!
//! The time-out that hyper offers for heads also ends idle connections, and arms a timer for every
//! request. Here a timer exists only while a head is half there.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};
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

impl Phase {
    /// A head is complete.
    pub(super) fn request_begins(&self) {
        self.0.store(BUSY, Ordering::Relaxed);
    }

    /// The answer is ready to be sent.
    pub(super) fn request_ends(&self) {
        self.0.store(IDLE, Ordering::Relaxed);
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

    fn in_head(&self) -> bool {
        self.0.load(Ordering::Relaxed) == HEAD
    }
}

/// A socket that gives up on a head which does not come to its end.
pub(super) struct Guarded<S> {
    socket: S,
    phase: Phase,
    head_timeout: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Guarded<S> {
    pub(super) fn new(socket: S, phase: Phase, head_timeout: Duration) -> Self {
        Self { socket, phase, head_timeout, waiting: None }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.socket).poll_read(cx, buf);
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

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}
