//! What can be wrong with a ticket before any key is asked.

use super::{MAX_INFLATED_BYTES, MAX_TICKET_BYTES};

/// Why a text is no ticket, in the order in which it is found out.
///
/// The messages are for people. None of them repeats a part of the ticket, which is a password
/// for as long as it lives.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketFault {
    /// There is no text at all; the vendor has a code of its own for it.
    #[error("the ticket is empty")]
    Empty,
    /// The text is longer than [`MAX_TICKET_BYTES`].
    #[error("the ticket has {size_bytes} bytes, at most {MAX_TICKET_BYTES} are read")]
    TooLong {
        /// The length of the text.
        size_bytes: usize,
    },
    /// A character that no ticket has, such as the `+`, `/` and `=` of ordinary base64.
    #[error(
        "the character at byte {at_byte} is outside a ticket's alphabet (A-Z a-z 0-9 * - and _ \
         as padding)"
    )]
    Alphabet {
        /// Where the first such character begins, counted from 0.
        at_byte: usize,
    },
    /// The characters are right but their number, the padding or the unused last bits are not.
    #[error("the ticket is not whole base64: it was cut short or changed")]
    Base64,
    /// What the base64 holds is no sound zlib stream; the text says in which way.
    #[error("the ticket does not inflate: {0}")]
    Inflate(&'static str),
    /// The zlib stream unfolds to more than [`MAX_INFLATED_BYTES`].
    #[error("the ticket inflates to more than {MAX_INFLATED_BYTES} bytes")]
    TooBig,
    /// The zlib stream ends before the ticket does.
    #[error("{size_bytes} bytes follow the end of the ticket's zlib stream")]
    Trailing {
        /// How many bytes are left over.
        size_bytes: usize,
    },
    /// The inflated text is not one JSON object in UTF-8.
    #[error("the inflated text is not a JSON object")]
    Json,
    /// The JSON object names a key twice, so that two readers could see two tickets.
    #[error("the JSON object has a key twice")]
    RepeatedKey,
    /// `TLS.ver` is not `"2.0"`. The tickets before 2019 have none.
    #[error(
        "TLS.ver is not \"2.0\": this is no HMAC ticket (the asymmetric ones from before 2019 \
         cannot be verified with a secret key)"
    )]
    Version,
    /// The named field is missing or has a value of the wrong kind.
    #[error("{0} is missing, or is not {kind}", kind = kind_of(.0))]
    Field(&'static str),
    /// The identifier has a control character. Signed lines are not escaped, so a line feed
    /// could move a value from one line to another.
    #[error("TLS.identifier has a control character")]
    ControlCharacter,
}

impl TicketFault {
    /// The step of reading that failed, in a word or two.
    pub fn stage(&self) -> &'static str {
        match self {
            Self::Empty | Self::TooLong { .. } => "length",
            Self::Alphabet { .. } | Self::Base64 => "base64",
            Self::Inflate(_) | Self::TooBig | Self::Trailing { .. } => "zlib",
            Self::Json | Self::RepeatedKey => "JSON",
            Self::Version => "version",
            Self::Field(_) | Self::ControlCharacter => "fields",
        }
    }
}

fn kind_of(field: &str) -> &'static str {
    match field {
        "TLS.identifier" => "a string",
        "TLS.userbuf" => "a string in standard base64",
        "TLS.sig" => "the standard base64 of 32 bytes",
        _ => "an unsigned integer",
    }
}
