//! The envelope: `ActionStatus`, `ErrorCode`, `ErrorInfo`, `RequestId`, and what was asked for.

use serde::Serialize;

use super::json::push_string;
use super::refused::Wire;
use crate::engine::RequestId;

/// A reply while it is written. It begins as a success without a payload.
pub struct Reply {
    bytes: Vec<u8>,
}

impl Reply {
    /// A success.
    pub(super) fn ok(request_id: RequestId) -> Self {
        const HEAD: &[u8] = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","RequestId":""#;
        // Room for the envelope alone: a payload reserves what it needs.
        let mut bytes = Vec::with_capacity(HEAD.len() + RequestId::MAX_BYTES + 2);
        bytes.extend_from_slice(HEAD);
        request_id.write(&mut bytes);
        bytes.push(b'"');
        Self { bytes }
    }

    /// A refusal.
    pub(super) fn refused(request_id: RequestId, wire: &Wire) -> Self {
        let mut bytes = Vec::with_capacity(128 + wire.text.len() + RequestId::MAX_BYTES);
        bytes.extend_from_slice(br#"{"ActionStatus":"FAIL","ErrorCode":"#);
        bytes.extend_from_slice(itoa::Buffer::new().format(wire.code).as_bytes());
        bytes.extend_from_slice(br#","ErrorInfo":"#);
        push_string(&mut bytes, &wire.text);
        bytes.extend_from_slice(br#","RequestId":""#);
        request_id.write(&mut bytes);
        bytes.push(b'"');
        Self { bytes }
    }

    /// Puts a value under `Response`.
    pub fn response(&mut self, value: &impl Serialize) {
        serde_json::to_writer(self.response_bytes(), value).expect("wire types are plain JSON");
    }

    /// Where a payload under `Response` is to be written, byte by byte. Called once.
    pub(super) fn response_bytes(&mut self) -> &mut Vec<u8> {
        self.bytes.extend_from_slice(br#","Response":"#);
        &mut self.bytes
    }

    /// Where the payload goes on.
    pub(super) fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.bytes.push(b'}');
        self.bytes
    }
}
