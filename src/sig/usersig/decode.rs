//! Ticket in, claims out: length, base64, zlib, JSON, version, fields, in this order. The
//! signature is kept aside until somebody comes with a key.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::json::{Fields, Scalar};
use super::key::SIGNATURE_BYTES;
use super::{Claims, MAX_TICKET_BYTES, SecretKey, TicketFault, alphabet, packing};

/// A ticket that could be read. Whether to believe it is for [`Ticket::is_signed_by`] to say.
///
/// `Debug` shows the claims and not the signature.
#[derive(Clone)]
pub struct Ticket {
    claims: Claims,
    /// As it stands in the ticket, since this text is what was signed.
    userbuf_base64: Option<Box<str>>,
    signature: [u8; SIGNATURE_BYTES],
}

impl Ticket {
    /// What the ticket says, believed or not.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What the ticket says, believed or not.
    pub fn into_claims(self) -> Claims {
        self.claims
    }

    /// Whether this key signed these claims. Takes the same time for every wrong signature.
    pub fn is_signed_by(&self, key: &SecretKey) -> bool {
        let content = self.claims.signed_content(self.userbuf_base64.as_deref());
        key.has_signed(content.as_bytes(), &self.signature)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("claims", &self.claims).finish_non_exhaustive()
    }
}

/// Reads a ticket of any of the vendor's libraries.
///
/// It takes every zlib level and window, every order of fields, escape and space that JSON has,
/// fields that it does not know (they are not signed either), and padding that was left out.
///
/// # Errors
///
/// The first [`TicketFault`] on the way from the text to its fields. Stricter than some genuine
/// verifiers, and seen in no genuine ticket: bytes after the zlib stream, a key that comes twice,
/// a control character in the identifier, and numbers that are not unsigned integers are refused.
pub fn decode(text: &str) -> Result<Ticket, TicketFault> {
    let json = unpack(text)?;
    let json = str::from_utf8(&json).map_err(|_| TicketFault::Json)?;
    let fields = Fields::parse(json)?;
    match fields.ver {
        Some(Scalar::Text(ver)) if ver == "2.0" => {}
        _ => return Err(TicketFault::Version),
    }
    let identifier = string("TLS.identifier", fields.identifier)?;
    let sdkappid = unsigned("TLS.sdkappid", fields.sdkappid)?;
    let time_s = unsigned("TLS.time", fields.time)?;
    let expire_s = unsigned("TLS.expire", fields.expire)?;
    let (userbuf, userbuf_base64) = match fields.userbuf {
        None => (None, None),
        present => {
            let text = string("TLS.userbuf", present)?;
            let bytes = STANDARD.decode(&text).map_err(|_| TicketFault::Field("TLS.userbuf"))?;
            (Some(bytes), Some(text.into_boxed_str()))
        }
    };
    let sig = string("TLS.sig", fields.sig)?;
    let signature = STANDARD
        .decode(sig)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(TicketFault::Field("TLS.sig"))?;
    if identifier.chars().any(char::is_control) {
        return Err(TicketFault::ControlCharacter);
    }
    let claims = Claims { identifier, sdkappid, time_s, expire_s, userbuf };
    Ok(Ticket { claims, userbuf_base64, signature })
}

/// From the ticket's text to the text of its JSON.
pub(super) fn unpack(text: &str) -> Result<Vec<u8>, TicketFault> {
    if text.is_empty() {
        return Err(TicketFault::Empty);
    }
    if text.len() > MAX_TICKET_BYTES {
        return Err(TicketFault::TooLong { size_bytes: text.len() });
    }
    packing::inflate(&alphabet::decode(text)?)
}

fn string(name: &'static str, value: Option<Scalar<'_>>) -> Result<String, TicketFault> {
    match value {
        Some(Scalar::Text(text)) => Ok(text.into_owned()),
        _ => Err(TicketFault::Field(name)),
    }
}

fn unsigned(name: &'static str, value: Option<Scalar<'_>>) -> Result<u64, TicketFault> {
    match value {
        Some(Scalar::Unsigned(number)) => Ok(number),
        _ => Err(TicketFault::Field(name)),
    }
}
