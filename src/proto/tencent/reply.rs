//! The envelope: `ActionStatus`, `ErrorCode`, `ErrorInfo`, and what was asked for.
//!
//! In the room dialect `RequestId` follows, and what was asked for stands under `Response`. In the
//! chat dialect its fields follow at once. A refusal is the envelope alone.

use serde::Serialize;

use super::dialect::Envelope;
use super::json::push_string;
use super::refused::{Refused, Wire};
use crate::engine::RequestId;

/// The longest reply of the commands that have such a limit, in bytes.
pub const MAX_REPLY_BYTES: usize = 1024 * 1024;

/// A reply while it is written. It begins as a success without a payload.
pub struct Reply {
    bytes: Vec<u8>,
}

impl Reply {
    /// A success.
    pub(super) fn ok(envelope: Envelope, request_id: RequestId) -> Self {
        const HEAD: &[u8] = br#"{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"""#;
        // Room for the envelope alone: a payload reserves what it needs.
        let mut bytes = Vec::with_capacity(HEAD.len() + NAME.len() + RequestId::MAX_BYTES + 2);
        bytes.extend_from_slice(HEAD);
        push_name(&mut bytes, envelope, request_id);
        Self { bytes }
    }

    /// A refusal.
    pub(super) fn refused(envelope: Envelope, request_id: RequestId, wire: &Wire) -> Self {
        let mut bytes = Vec::with_capacity(128 + wire.text.len() + RequestId::MAX_BYTES);
        bytes.extend_from_slice(br#"{"ActionStatus":"FAIL","ErrorCode":"#);
        bytes.extend_from_slice(itoa::Buffer::new().format(wire.code).as_bytes());
        bytes.extend_from_slice(br#","ErrorInfo":"#);
        push_string(&mut bytes, &wire.text);
        push_name(&mut bytes, envelope, request_id);
        Self { bytes }
    }

    /// Puts a value under `Response`: the room dialect's way.
    pub fn response(&mut self, value: &impl Serialize) {
        serde_json::to_writer(self.response_bytes(), value).expect("wire types are plain JSON");
    }

    /// Where a payload under `Response` is to be written, byte by byte. Called once.
    pub(super) fn response_bytes(&mut self) -> &mut Vec<u8> {
        self.bytes.extend_from_slice(br#","Response":"#);
        &mut self.bytes
    }

    /// Puts the fields of an object behind the envelope's: the chat dialect's way.
    ///
    /// # Panics
    /// If it is no object.
    pub fn payload(&mut self, object: &impl Serialize) {
        let start = self.bytes.len();
        serde_json::to_writer(&mut self.bytes, object).expect("wire types are plain JSON");
        assert_eq!(self.bytes.get(start), Some(&b'{'), "a payload has fields");
        // Its opening brace becomes the comma, its closing brace that of the envelope.
        self.bytes[start] = b',';
        self.bytes.pop();
        if self.bytes.len() == start + 1 {
            self.bytes.truncate(start);
        }
    }

    /// Where the fields of a payload are to be written behind the envelope's, byte by byte; the
    /// comma before the first is there. Called once.
    pub fn fields(&mut self) -> &mut Vec<u8> {
        self.bytes.push(b',');
        &mut self.bytes
    }

    /// Refuses a reply that has become too long, in the commands that have such a limit.
    ///
    /// # Errors
    /// [`Refused::ReplyTooLarge`], with [`MAX_REPLY_BYTES`].
    pub fn within_its_limit(&self) -> Result<(), Refused> {
        // The closing brace is to come.
        let bytes = self.bytes.len() + 1;
        if bytes > MAX_REPLY_BYTES {
            return Err(Refused::ReplyTooLarge { bytes, at_most_bytes: MAX_REPLY_BYTES });
        }
        Ok(())
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

const NAME: &[u8] = br#","RequestId":""#;

/// The request's name, where the body has it.
fn push_name(bytes: &mut Vec<u8>, envelope: Envelope, request_id: RequestId) {
    if envelope == Envelope::Room {
        bytes.extend_from_slice(NAME);
        request_id.write(bytes);
        bytes.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::proto::tencent::tests::Desk;

    fn chat() -> Reply {
        Reply::ok(Envelope::Chat, Desk::new().next_request_id())
    }

    fn written(reply: Reply) -> Value {
        serde_json::from_slice(&reply.finish()).unwrap()
    }

    #[test]
    fn a_payload_stands_behind_the_envelope_field_by_field() {
        let bare = json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""});
        assert_eq!(written(chat()), bare);
        let mut reply = chat();
        reply.payload(&json!({}));
        assert_eq!(written(reply), bare);
        let more = json!({
            "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "A": {"B": []}, "C": "}",
        });
        let mut reply = chat();
        reply.payload(&json!({"A": {"B": []}, "C": "}"}));
        assert_eq!(written(reply), more);
        let mut reply = chat();
        reply.fields().extend_from_slice(br#""A":{"B":[]},"C":"}""#);
        assert_eq!(written(reply), more);
    }

    #[test]
    fn a_reply_is_within_1_mib_and_not_one_byte_more() {
        let mut reply = chat();
        let text = "x".repeat(MAX_REPLY_BYTES - reply.bytes.len() - r#","A":""}"#.len());
        reply.payload(&json!({"A": text}));
        assert_eq!(reply.within_its_limit(), Ok(()));
        reply.bytes().push(b' ');
        let at_most_bytes = MAX_REPLY_BYTES;
        let refused = Refused::ReplyTooLarge { bytes: MAX_REPLY_BYTES + 1, at_most_bytes };
        assert_eq!(reply.within_its_limit(), Err(refused));
        reply.bytes().pop();
        assert_eq!(reply.finish().len(), MAX_REPLY_BYTES);
    }
}
