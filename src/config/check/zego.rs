//! `[app.zego]`.

use super::super::section::{Field, Section};
use super::super::settings::*;
use super::Check;
use crate::config::Secret;

impl Check<'_> {
    pub(super) fn zego(&mut self, section: &Section<'_>) -> Option<ZegoSettings> {
        let server_secret = self.server_secret(&section.text("server_secret"));
        let secret = section.text("callback_secret");
        let callback_secret = self.token(&secret, CALLBACK_TOKEN_BYTES_MAX);
        let callback_url = self.callback_url(&section.text("callback_url"));
        if let (Some(None), Some(Some(_))) = (&callback_secret, &callback_url) {
            let problem = "empty, and callbacks to app.zego.callback_url are signed with it";
            return self.refuse(&secret, problem.to_owned());
        }
        Some(ZegoSettings {
            server_secret: server_secret?,
            callback_secret: callback_secret?,
            callback_url: callback_url?,
            count_continuations: section.flag("count_continuations"),
            cors: section.flag("cors"),
        })
    }

    /// Nothing, or a secret of the one length there is.
    fn server_secret(&mut self, field: &Field<'_, &str>) -> Option<Option<Secret>> {
        let secret = self.token(field, ZEGO_SECRET_BYTES)?;
        match field.value.len() {
            0 | ZEGO_SECRET_BYTES => Some(secret),
            bytes => {
                let problem = format!("{bytes} bytes, must be {ZEGO_SECRET_BYTES}");
                self.refuse(field, problem)
            }
        }
    }
}
