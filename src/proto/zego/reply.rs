//! The envelope: `{"Code", "Message", "RequestId", "Data"}`.

use serde::Serialize;

use super::refused::Refused;
use crate::engine::RequestId;

/// What an action answers with, as JSON; nothing if it has no data.
#[derive(Default)]
pub(super) struct Data(Option<Vec<u8>>);

impl Data {
    /// Answers with this.
    pub(super) fn write(&mut self, data: &impl Serialize) {
        self.0 = Some(serde_json::to_vec(data).expect("wire types are plain JSON"));
    }

    /// Answers with JSON that is written already.
    pub(super) fn written(&mut self, json: Vec<u8>) {
        self.0 = Some(json);
    }
}

/// The envelope of what was done.
pub(super) fn done(request_id: RequestId, data: Data) -> Vec<u8> {
    let data = data.0.unwrap_or_default();
    let mut json = Vec::with_capacity(data.len() + 96);
    json.extend_from_slice(b"{\"Code\":0,\"Message\":\"success\",\"RequestId\":\"");
    json.extend_from_slice(itoa::Buffer::new().format(request_id.number()).as_bytes());
    json.push(b'"');
    if !data.is_empty() {
        json.extend_from_slice(b",\"Data\":");
        json.extend_from_slice(&data);
    }
    json.push(b'}');
    json
}

/// The envelope of a refusal.
pub(super) fn refused(request_id: RequestId, refused: &Refused) -> Vec<u8> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Envelope<'a> {
        code: u32,
        message: &'a str,
        request_id: String,
    }
    let Refused { code, text } = refused;
    let request_id = request_id.number().to_string();
    let envelope = Envelope { code: *code, message: text, request_id };
    serde_json::to_vec(&envelope).expect("wire types are plain JSON")
}
