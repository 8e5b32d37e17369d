//! The vendor's server API.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::ticket::Key;

/// Who calls the vendor: an administrator of the app.
const ADMIN: &str = "administrator";
/// How long a ticket is good, in seconds.
const TICKET_S: u64 = 86_400;
/// How long the vendor may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The vendor, with a ticket for it.
pub struct Vendor {
    client: reqwest::Client,
    base_url: String,
    key: Key,
    ticket: String,
}

/// Why the vendor did not do it.
#[derive(Debug)]
pub enum Error {
    /// It was not reached, or said something that is no reply.
    Unreachable(reqwest::Error),
    /// It refused.
    Refused {
        /// Its number for that.
        code: u64,
        /// Its words.
        why: String,
    },
}

impl Vendor {
    /// The vendor at a base URL, with a ticket from `now_s` on.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if there can be no client.
    pub fn new(base_url: &str, key: Key, now_s: u64) -> Result<Self, Error> {
        // The vendor speaks HTTPS; whoever has chosen before us is welcome.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        let ticket = key.ticket(ADMIN, now_s, TICKET_S);
        Ok(Self { client, base_url: base_url.to_owned(), key, ticket })
    }

    /// Signs anew.
    pub fn renew(&mut self, now_s: u64) {
        self.ticket = self.key.ticket(ADMIN, now_s, TICKET_S);
    }

    /// Calls a command.
    ///
    /// # Errors
    /// Both.
    pub async fn call(&self, command: &str, body: &Value) -> Result<Value, Error> {
        let Self { client, base_url, key: Key { sdkappid, .. }, ticket } = self;
        let url = format!(
            "{base_url}/v4/{command}?sdkappid={sdkappid}&identifier={ADMIN}&usersig={ticket}\
             &random=99999999&contenttype=json"
        );
        let reply: Value = client.post(url).json(body).send().await?.json().await?;
        match reply["ErrorCode"].as_u64() {
            Some(0) => Ok(reply),
            code => Err(Error::Refused {
                code: code.unwrap_or_default(),
                why: reply["ErrorInfo"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        // A URL holds the ticket.
        Self::Unreachable(error.without_url())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "the vendor is not reached: {error}"),
            Self::Refused { code, why } => write!(f, "the vendor refuses: {why} ({code})"),
        }
    }
}

impl std::error::Error for Error {}
