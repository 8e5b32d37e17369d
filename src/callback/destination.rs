//! Where an app's callbacks go.

use std::time::Duration;

use super::guard::Reach;
use crate::config::{CallbackSettings, Secret};
use crate::domain::CallbackUrl;

/// A receiver, and how it is reached. Its `Debug` shows neither the URL's query nor the token.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The receiver.
    pub url: CallbackUrl,
    /// What each request is signed with; without one, none of RoomEngine's is.
    pub token: Option<Secret>,
    /// Which addresses may be connected to.
    pub reach: Reach,
    /// How long one attempt may take, from the look-up of the name to the end of the answer, in
    /// real time.
    pub timeout: Duration,
}

impl Destination {
    /// A receiver that the settings of an app name. The operator may send to any address.
    #[must_use]
    pub fn of_operator(url: CallbackUrl, settings: &CallbackSettings) -> Self {
        Self::new(url, settings, Reach::Any)
    }

    /// The receiver that somebody named over the REST API of an app with these settings.
    ///
    /// `development_key` is whether the app can be signed for with the well-known key: then whoever
    /// reaches the server can name a receiver, and this machine is as far as that goes.
    #[must_use]
    pub fn of_rest(url: CallbackUrl, settings: &CallbackSettings, development_key: bool) -> Self {
        let reach = match (settings.allow_private, development_key) {
            (true, _) => Reach::Any,
            (false, true) => Reach::LoopbackOnly,
            (false, false) => Reach::PublicOnly,
        };
        Self::new(url, settings, reach)
    }

    /// The receiver of ZEGO callbacks that the settings of an app name.
    #[must_use]
    pub fn of_zego(url: CallbackUrl, secret: Option<Secret>, settings: &CallbackSettings) -> Self {
        Self { token: secret, ..Self::of_operator(url, settings) }
    }

    fn new(url: CallbackUrl, settings: &CallbackSettings, reach: Reach) -> Self {
        let CallbackSettings { token, timeout, .. } = settings;
        Self { url, token: token.clone(), reach, timeout: *timeout }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Defaults, Settings, Sources};

    fn settings(overrides: &[&str]) -> CallbackSettings {
        let overrides = overrides.iter().map(|text| format!("app.0.callback.{text}")).collect();
        let sources = Sources { overrides, ..Sources::default() };
        Settings::load(&sources, Defaults::Dev).unwrap().apps.remove(0).callback
    }

    #[test]
    fn who_named_the_url_decides_how_far_it_reaches() {
        let url = || CallbackUrl::parse("http://h/").unwrap();
        for (allow_private, development_key, reach) in [
            ("allow_private=false", false, Reach::PublicOnly),
            ("allow_private=false", true, Reach::LoopbackOnly),
            ("allow_private=true", false, Reach::Any),
            ("allow_private=true", true, Reach::Any),
        ] {
            let settings = settings(&[allow_private, "url=http://a/"]);
            let rest = Destination::of_rest(url(), &settings, development_key);
            assert_eq!(rest.reach, reach, "{allow_private} {development_key}");
            assert_eq!(rest.url, url());
            assert_eq!(Destination::of_operator(url(), &settings).reach, Reach::Any);
        }
    }

    #[test]
    fn a_destination_shows_neither_its_token_nor_its_query() {
        let settings =
            settings(&["url=http://h/p?k=sensitive-7f3a", "token=sensitive-7f3a", "timeout=5s"]);
        let destination = Destination::of_operator(settings.url.clone().unwrap(), &settings);
        assert_eq!(destination.timeout, Duration::from_secs(5));
        assert_eq!(destination.token.as_ref().unwrap().expose(), "sensitive-7f3a");
        let debug = format!("{destination:?} {destination:#?}");
        assert!(!debug.contains("sensitive"), "{debug}");
        assert!(debug.contains("http://h/p?(hidden)"), "{debug}");
    }
}
