//! `guestlist zego-sign`: a signed URL of ZEGO's server API, ready for curl.

use clap::Args;
use url::Url;

use super::now_s;
use crate::config::{DEVELOPMENT_ZEGO_SECRET, variables};
use crate::engine::salt;
use crate::sig::zego::sign;

/// Signs a request of ZEGO's server API and prints its URL.
#[derive(Debug, Args)]
pub(in crate::app) struct ZegoSign {
    /// The app; that of `guestlist dev` if not given
    #[arg(long, default_value_t = 88_888_888)]
    app_id: u32,
    /// The app's ServerSecret; the well-known one of `guestlist dev` if not given
    #[arg(long, env = variables::ZEGO_SECRET, hide_env_values = true)]
    secret: Option<String>,
    /// Made when, in Unix seconds; now if not given
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// The server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    base_url: Url,
    /// The action
    action: String,
    /// Its parameters, as they are meant: they are encoded here
    #[arg(value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("must be NAME=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

impl ZegoSign {
    pub(in crate::app) fn run(&self) {
        let secret = self.secret.as_deref().unwrap_or(DEVELOPMENT_ZEGO_SECRET);
        println!("{}", self.url(secret, self.time.unwrap_or_else(now_s)));
    }

    fn url(&self, secret: &str, time_s: u64) -> Url {
        let (app_id, time) = (self.app_id.to_string(), time_s.to_string());
        let nonce: String = salt()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        let signature = sign(&app_id, &nonce, secret, &time);
        let mut url = self.base_url.clone();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("Action", &self.action)
            .append_pair("AppId", &app_id)
            .append_pair("SignatureNonce", &nonce)
            .append_pair("Timestamp", &time)
            .append_pair("Signature", &signature)
            .append_pair("SignatureVersion", "2.0");
        query.extend_pairs(&self.parameters);
        drop(query);
        url
    }
}

/// A signed URL of an app of `guestlist dev`.
pub(super) fn signed(base_url: Url, app_id: u32, action: &str, parameters: &[(&str, &str)]) -> Url {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let parameters = parameters.iter().map(own).collect();
    let (action, secret, time) = (action.to_owned(), None, None);
    let sign = ZegoSign { app_id, secret, time, base_url, action, parameters };
    sign.url(DEVELOPMENT_ZEGO_SECRET, now_s())
}
