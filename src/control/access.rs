//! Who may ask: everybody who can reach the listener, or whoever knows the token.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::Secret;

/// Who may ask.
#[derive(Clone)]
pub enum Access {
    /// Whoever reaches the listener. Only for one that other machines cannot reach.
    Open,
    /// Whoever says the token.
    Token(TokenHash),
}

/// A token as it is compared: hashes are of one length, so nothing is learnt about the token's.
#[derive(Clone)]
pub struct TokenHash([u8; 32]);

impl Access {
    /// Access for whoever says this token.
    #[must_use]
    pub fn token(token: &Secret) -> Self {
        Self::Token(TokenHash(hash(token.expose().as_bytes())))
    }

    /// Whether a request with these headers may ask.
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        match self {
            Self::Open => true,
            Self::Token(token) => {
                let said = bearer(headers).map(hash);
                said.is_some_and(|said| said.ct_eq(&token.0).into())
            }
        }
    }
}

fn hash(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// The token of `Authorization: Bearer <token>`. Two such headers are none: who knows which one
/// somebody before us looked at.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (only, None) = (all.next()?, all.next()) else { return None };
    let text = HeaderValue::as_bytes(only);
    let (scheme, token) = text.split_at_checked(b"Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(said: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for said in said {
            headers.append(AUTHORIZATION, HeaderValue::from_static(said));
        }
        Access::token(&Secret::new("open-sesame")).admits(&headers)
    }

    #[test]
    fn the_token_and_nothing_else_opens() {
        assert!(admits(&["Bearer open-sesame"]));
        assert!(admits(&["bearer open-sesame"]));
        let others: &[&[&str]] = &[
            &[],
            &[""],
            &["Bearer"],
            &["Bearer "],
            &["open-sesame"],
            &["Bearer open-sesam"],
            &["Bearer open-sesame1"],
            &["Bearer Open-sesame"],
            &["Basic open-sesame"],
            &["Secret open-sesame"],
            &["Bearer open-sesame", "Bearer open-sesame"],
            &["Bearer other", "Bearer open-sesame"],
        ];
        for other in others {
            assert!(!admits(other), "{other:?}");
        }
        assert!(Access::Open.admits(&HeaderMap::new()));
    }
}
