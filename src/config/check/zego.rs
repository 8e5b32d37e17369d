//! `[app.zego]`.

use super::super::section::Section;
use super::super::settings::*;
use super::Check;

impl Check<'_> {
    pub(super) fn zego(&mut self, section: &Section<'_>) -> Option<ZegoSettings> {
        let secret = section.text("callback_secret");
        let callback_secret = self.token(&secret, CALLBACK_TOKEN_BYTES_MAX);
        let callback_url = self.callback_url(&section.text("callback_url"));
        if let (Some(None), Some(Some(_))) = (&callback_secret, &callback_url) {
            let problem = "empty, and callbacks to app.zego.callback_url are signed with it";
            return self.refuse(&secret, problem.to_owned());
        }
        Some(ZegoSettings { callback_secret: callback_secret?, callback_url: callback_url? })
    }
}
