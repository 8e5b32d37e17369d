//! `guestlist zego-token`: makes a Token04, or explains one.

use std::process::ExitCode;

use clap::Args;

use super::now_s;
use crate::config::{DEVELOPMENT_ZEGO_SECRET, variables};
use crate::engine::salt;
use crate::sig::zego::token04::{Claims, Iv, make, verify};

/// How long a token is good unless told otherwise, in seconds.
const DAY_S: u64 = 86_400;

/// Makes a token that a client of ZEGO logs in with and prints it, or explains one.
#[derive(Debug, Args)]
pub(in crate::app) struct ZegoToken {
    /// The app; that of `guestlist dev` if not given
    #[arg(long, default_value_t = 88_888_888)]
    app_id: u32,
    /// The app's ServerSecret; the well-known one of `guestlist dev` if not given
    #[arg(long, env = variables::ZEGO_SECRET, hide_env_values = true)]
    secret: Option<String>,
    /// For whom
    #[arg(long, required_unless_present = "check")]
    user_id: Option<String>,
    /// For how long, in seconds
    #[arg(long, default_value_t = DAY_S, value_name = "SECONDS")]
    expire: u64,
    /// Made when, in Unix seconds; now if not given
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// What it says besides: a JSON object of room_id, privilege and stream_id_list, or any text
    #[arg(long, default_value = "")]
    payload: String,
    /// Explain this token instead of making one
    #[arg(long, value_name = "TOKEN")]
    check: Option<String>,
}

impl ZegoToken {
    /// Fails if no token can be made, or one that was to be checked is not good.
    pub(in crate::app) fn run(&self) -> ExitCode {
        let secret = self.secret.as_deref().unwrap_or(DEVELOPMENT_ZEGO_SECRET);
        let time_s = self.time.unwrap_or_else(now_s);
        let done = match &self.check {
            Some(token) => self.explain(secret, token, time_s),
            None => self.make(secret, time_s),
        };
        match done {
            Ok(text) => {
                println!("{text}");
                ExitCode::SUCCESS
            }
            Err(text) => {
                eprintln!("guestlist: {text}");
                ExitCode::FAILURE
            }
        }
    }

    fn make(&self, secret: &str, time_s: u64) -> Result<String, String> {
        let seconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
        let random = salt();
        let [a, b, c, d, ..] = random;
        let claims = Claims {
            app_id: self.app_id,
            user_id: self.user_id.clone().unwrap_or_default(),
            nonce: i64::from(i32::from_be_bytes([a, b, c, d])),
            created_s: seconds(time_s),
            expire_s: seconds(time_s.saturating_add(self.expire)),
            payload: self.payload.clone(),
        };
        make(secret, &claims, Iv::from_random(salt())).map_err(|fault| fault.to_string())
    }

    fn explain(&self, secret: &str, token: &str, time_s: u64) -> Result<String, String> {
        let claims = verify(secret, token).map_err(|fault| fault.to_string())?;
        claims.privileges().map_err(|fault| fault.to_string())?;
        let Claims { app_id, user_id, created_s, expire_s, payload, .. } = claims;
        let text = format!(
            "app_id   {app_id}\nuser_id  {user_id}\nctime    {created_s}\nexpire   {expire_s}\n\
             payload  {payload}"
        );
        if app_id != self.app_id {
            return Err(format!("the token is for the app {app_id}, not {}\n{text}", self.app_id));
        }
        if let Some(wanted) = self.user_id.as_ref().filter(|wanted| **wanted != user_id) {
            return Err(format!("the token is for {user_id}, not {wanted}\n{text}"));
        }
        if u64::try_from(expire_s).map_or(true, |expire_s| expire_s < time_s) {
            return Err(format!("the token ended at {expire_s}, and it is {time_s}\n{text}"));
        }
        Ok(text)
    }
}
