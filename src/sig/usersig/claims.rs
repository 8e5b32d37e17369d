//! What a ticket says, and the text that is signed for it.

use std::fmt::Write;

/// What a ticket says of its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Who the holder is.
    pub identifier: String,
    /// The app in which this is so.
    pub sdkappid: u64,
    /// When the ticket was made, in Unix seconds by the clock of its maker, which may be ahead.
    pub time_s: u64,
    /// How long it lives from then, in seconds.
    pub expire_s: u64,
    /// Bytes that an app may add; a privateMapKey keeps a room and rights there.
    pub userbuf: Option<Vec<u8>>,
}

impl Claims {
    /// The last Unix second at which the ticket is good. A lifetime beyond the end of `u64` lasts
    /// for ever.
    pub fn valid_until_s(&self) -> u64 {
        self.time_s.saturating_add(self.expire_s)
    }

    /// The text under the HMAC: lines in their own order, each with its line feed. The userbuf's
    /// line has the base64 as the ticket has it, and is absent without one.
    pub(super) fn signed_content(&self, userbuf_base64: Option<&str>) -> String {
        let mut content =
            String::with_capacity(120 + self.identifier.len() + userbuf_base64.map_or(0, str::len));
        let written = write!(
            content,
            "TLS.identifier:{}\nTLS.sdkappid:{}\nTLS.time:{}\nTLS.expire:{}\n",
            self.identifier, self.sdkappid, self.time_s, self.expire_s
        )
        .and_then(|()| match userbuf_base64 {
            Some(text) => writeln!(content, "TLS.userbuf:{text}"),
            None => Ok(()),
        });
        written.expect("a String takes every write");
        content
    }
}
