//! Variables of the environment that begin as settings do and are none.
//!
//! Job: name those that `guestlist exec` sets for its command, and those that single commands read.
//! Promise: a program that finds them set takes none for a setting, so that `guestlist` works below
//! `guestlist exec`. Not here: what they hold.

/// The main listener's URL, without a slash at its end.
pub const URL: &str = "GUESTLIST_URL";
/// The path of the CA to trust, in PEM, where the main listener has a certificate for development.
pub const CA: &str = "GUESTLIST_CA";
/// The control plane's URL, without a slash at its end.
pub const CONTROL_URL: &str = "GUESTLIST_CONTROL_URL";
/// The app's SDKAppID, which is ZEGO's AppId too.
pub const SDKAPPID: &str = "GUESTLIST_SDKAPPID";
/// The app's secret key.
pub const SECRET_KEY: &str = "GUESTLIST_SECRET_KEY";
/// The first of the app's administrators.
pub const IDENTIFIER: &str = "GUESTLIST_IDENTIFIER";
/// The app's server secret at ZEGO.
pub const ZEGO_SECRET: &str = "GUESTLIST_ZEGO_SECRET";
/// The secret key that `guestlist usersig` signs with.
pub const KEY: &str = "GUESTLIST_KEY";
/// The control plane's token: a setting, which programs that ask the control plane read as well.
pub const CONTROL_TOKEN: &str = "GUESTLIST_CONTROL__TOKEN";

/// All that are no settings.
pub(super) const NO_SETTINGS: [&str; 8] =
    [URL, CA, CONTROL_URL, SDKAPPID, SECRET_KEY, IDENTIFIER, ZEGO_SECRET, KEY];
