//! `guestlist usersig`: makes a ticket, or explains one.

use std::process::ExitCode;

use clap::Args;

use super::now_s;
use crate::config::{DEVELOPMENT_KEY, variables};
use crate::sig::usersig::{Claims, SecretKey, explain, sign};

/// How long a ticket is good unless told otherwise, in seconds.
const DAY_S: u64 = 86_400;

/// Makes a `UserSig` and prints it, or explains one.
#[derive(Debug, Args)]
pub(in crate::app) struct Usersig {
    /// The app; that of `guestlist dev` if not given
    #[arg(long, default_value_t = 88_888_888)]
    sdkappid: u32,
    /// The app's secret key; the well-known one of `guestlist dev` if not given
    #[arg(long, env = variables::KEY, hide_env_values = true)]
    key: Option<String>,
    /// For whom
    #[arg(long, default_value = "administrator")]
    identifier: String,
    /// For how long, in seconds
    #[arg(long, default_value_t = DAY_S, value_name = "SECONDS")]
    expire: u64,
    /// Made when, in Unix seconds; now if not given
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// Explain this ticket instead of making one
    #[arg(long, value_name = "TICKET")]
    check: Option<String>,
}

impl Usersig {
    /// Fails if a ticket that was to be checked is not good.
    pub(in crate::app) fn run(&self) -> ExitCode {
        let key = SecretKey::new(self.key.as_deref().unwrap_or(DEVELOPMENT_KEY));
        let time_s = self.time.unwrap_or_else(now_s);
        if let Some(ticket) = &self.check {
            let explanation = explain(ticket, Some(&key), time_s, Some(self.sdkappid.into()));
            println!("{explanation}");
            return if explanation.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
        let claims = Claims {
            identifier: self.identifier.clone(),
            sdkappid: self.sdkappid.into(),
            time_s,
            expire_s: self.expire,
            userbuf: None,
        };
        println!("{}", sign(&key, &claims));
        ExitCode::SUCCESS
    }
}

/// A ticket that is good for a day from now.
pub(super) fn ticket(key: &str, sdkappid: u32, identifier: &str) -> String {
    let claims = Claims {
        identifier: identifier.to_owned(),
        sdkappid: sdkappid.into(),
        time_s: now_s(),
        expire_s: DAY_S,
        userbuf: None,
    };
    sign(&SecretKey::new(key), &claims)
}
