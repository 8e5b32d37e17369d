//! Who calls: a UserSig, an identifier and an app, checked in the order of the vendor's verifiers.
//!
//! The verdict on a ticket is remembered, in a bounded cache that only verified tickets enter. It
//! spares the arithmetic, never a check: app, identifier, expiry and whether the key still exists
//! are looked at each time.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::app::App;
use crate::config::{DEVELOPMENT_KEY, Secret};
use crate::domain::Account;
use crate::sig::usersig::{self, SecretKey, TicketFault};

/// An administrator of an app whose ticket was verified. Only this module makes one.
#[derive(Debug, Clone)]
pub struct Caller {
    account: Account,
}

impl Caller {
    /// Who calls.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }
}

/// Why a call is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthRefusal {
    /// The ticket cannot be read.
    Ticket(TicketFault),
    /// The ticket was made for another app.
    OtherApp {
        /// The app of the request.
        asked: u64,
        /// The app of the ticket.
        ticket: u64,
    },
    /// The ticket was made for another identifier.
    OtherIdentifier {
        /// The identifier of the request.
        asked: String,
        /// The identifier of the ticket.
        ticket: String,
    },
    /// The ticket's time is over.
    Expired {
        /// The last moment it was good for, in Unix seconds.
        until_s: u64,
        /// The app's time, in Unix seconds.
        now_s: u64,
    },
    /// No key of the app made this signature.
    Signature,
    /// The caller is somebody, but not an administrator.
    NotAdministrator,
}

impl App {
    /// Checks a ticket for an identifier of this app.
    ///
    /// # Errors
    /// What is wrong, the first fault in the order decode, app, identifier, expiry, signature,
    /// administrator.
    pub fn authenticate(&self, identifier: &str, ticket: &str) -> Result<Caller, AuthRefusal> {
        let keys = self.keys();
        let known = self.tickets.0.get(ticket).filter(|verdict| keys.has(verdict.key));
        if let Some(verdict) = known {
            self.metrics.ticket_cache_hits.inc();
            self.check(&verdict, identifier)?;
        } else {
            self.metrics.ticket_cache_misses.inc();
            self.verify(&keys, identifier, ticket)?;
        }
        let account = self.admin(identifier).ok_or(AuthRefusal::NotAdministrator)?;
        Ok(Caller { account: account.clone() })
    }

    fn verify(&self, keys: &KeyRing, identifier: &str, ticket: &str) -> Result<(), AuthRefusal> {
        let decoded = usersig::decode(ticket).map_err(AuthRefusal::Ticket)?;
        let claims = decoded.claims();
        let mut verdict = Verdict {
            sdkappid: claims.sdkappid,
            identifier: claims.identifier.as_str().into(),
            until_s: claims.valid_until_s(),
            key: 0,
        };
        self.check(&verdict, identifier)?;
        verdict.key = keys.signer(&decoded).ok_or(AuthRefusal::Signature)?;
        self.tickets.0.insert(ticket.into(), Arc::new(verdict));
        Ok(())
    }

    fn check(&self, verdict: &Verdict, identifier: &str) -> Result<(), AuthRefusal> {
        let asked = u64::from(self.id().0);
        if verdict.sdkappid != asked {
            return Err(AuthRefusal::OtherApp { asked, ticket: verdict.sdkappid });
        }
        if *verdict.identifier != *identifier {
            let ticket = verdict.identifier.to_string();
            return Err(AuthRefusal::OtherIdentifier { asked: identifier.to_owned(), ticket });
        }
        let now_s = self.now_ms() / 1000;
        if now_s > verdict.until_s {
            return Err(AuthRefusal::Expired { until_s: verdict.until_s, now_s });
        }
        Ok(())
    }
}

/// An app's keys, each under a number made from its text: the same key has the same number after
/// the settings were read again.
pub(super) struct KeyRing {
    keys: Vec<(u64, SecretKey)>,
    /// Everybody knows one of them.
    development: bool,
}

impl KeyRing {
    pub(super) fn new(texts: &[Secret]) -> Self {
        let number = |text: &str| {
            let digest = Sha256::new().chain_update(b"guestlist key").chain_update(text).finalize();
            u64::from_be_bytes(*digest.first_chunk().expect("a digest is 32 bytes"))
        };
        let texts = || texts.iter().map(Secret::expose);
        let keys = texts().map(|text| (number(text), SecretKey::new(text))).collect();
        Self { keys, development: texts().any(|text| text == DEVELOPMENT_KEY) }
    }

    pub(super) fn has_development_key(&self) -> bool {
        self.development
    }

    fn has(&self, key: u64) -> bool {
        self.keys.iter().any(|(number, _)| *number == key)
    }

    fn signer(&self, ticket: &usersig::Ticket) -> Option<u64> {
        self.keys.iter().find(|(_, key)| ticket.is_signed_by(key)).map(|(number, _)| *number)
    }
}

/// What a verified ticket says, and which key says so.
struct Verdict {
    sdkappid: u64,
    identifier: Box<str>,
    until_s: u64,
    key: u64,
}

/// The most that an app remembers of verified tickets, in bytes of their texts.
const CACHE_BYTES: u64 = 4 * 1024 * 1024;
/// How many that is with ordinary tickets.
const CACHE_ENTRIES: usize = 8 * 1024;
/// What an entry costs besides its text, in bytes.
const ENTRY_BYTES: u64 = 160;

/// Verified tickets by their raw text. The map's hash is keyed.
pub(super) struct Tickets(Cache<Box<str>, Arc<Verdict>, ByBytes>);

impl Tickets {
    pub(super) fn new() -> Self {
        Self(Cache::with_weighter(CACHE_ENTRIES, CACHE_BYTES, ByBytes))
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Box<str>, Arc<Verdict>> for ByBytes {
    fn weight(&self, ticket: &Box<str>, _: &Arc<Verdict>) -> u64 {
        ENTRY_BYTES + ticket.len() as u64
    }
}
