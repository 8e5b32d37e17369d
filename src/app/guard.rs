//! What must not be started by accident.

use anyhow::bail;

use crate::config::Settings;
use crate::control::Access;

/// Refuses the well-known development keys on a listener that others can reach.
///
/// # Errors
/// The sentence that tells the operator what to do.
pub(super) fn development_keys(settings: &Settings, allowed: bool) -> anyhow::Result<()> {
    let listen = settings.server.listen;
    let known = settings.uses_development_key() || settings.uses_development_secret();
    if known && !listen.ip().is_loopback() && !allowed {
        bail!(
            "server.listen: {listen} can be reached from other machines, and the development keys \
             are known to everybody: give the app secret_keys of its own and a \
             zego.server_secret of its own or none, listen on 127.0.0.1, or pass --allow-dev-keys"
        );
    }
    Ok(())
}

/// Who may ask the control plane; nobody, and then it is not bound. It is open to everybody only
/// where the mode says so and nobody else can reach it.
pub(super) fn control_access(settings: &Settings, open_on_loopback: bool) -> Option<Access> {
    match &settings.control.token {
        Some(token) => Some(Access::token(token)),
        None if open_on_loopback && settings.control.listen.ip().is_loopback() => {
            Some(Access::Open)
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Defaults, Sources};

    fn settings(overrides: &[&str]) -> Settings {
        let overrides = overrides.iter().map(ToString::to_string).collect();
        Settings::load(&Sources { overrides, ..Sources::default() }, Defaults::Dev).unwrap()
    }

    #[test]
    fn known_keys_stay_on_this_machine_unless_somebody_says_so() {
        let open = r#"server.listen=0.0.0.0:0"#;
        assert!(development_keys(&settings(&[]), false).is_ok());
        assert!(development_keys(&settings(&["server.listen=[::1]:0"]), false).is_ok());
        assert!(development_keys(&settings(&[open]), true).is_ok());
        let own_key = r#"app.0.secret_keys=["0123456789abcdef"]"#;
        let no_secret = "app.0.zego.server_secret=";
        assert!(development_keys(&settings(&[open, own_key, no_secret]), false).is_ok());
        for one_of_two in [own_key, no_secret] {
            assert!(development_keys(&settings(&[open, one_of_two]), false).is_err());
        }
        let refusal = development_keys(&settings(&[open]), false).unwrap_err().to_string();
        assert!(refusal.contains("--allow-dev-keys"), "{refusal}");
    }

    #[test]
    fn the_control_plane_is_open_only_in_dev_on_loopback() {
        let token = "control.token=secret";
        let others = "control.listen=0.0.0.0:0";
        let rows: &[(&[&str], bool, &str)] = &[
            (&[], true, "open"),
            (&["control.listen=[::1]:0"], true, "open"),
            (&[], false, "off"),
            (&[others], true, "off"),
            (&[others], false, "off"),
            (&["control.listen=[::ffff:127.0.0.1]:0"], true, "off"),
            (&[token], true, "token"),
            (&[token], false, "token"),
            (&[token, others], true, "token"),
            (&[token, others], false, "token"),
        ];
        for (overrides, open_on_loopback, expected) in rows {
            let access = match control_access(&settings(overrides), *open_on_loopback) {
                None => "off",
                Some(Access::Open) => "open",
                Some(Access::Token(_)) => "token",
            };
            assert_eq!(access, *expected, "{overrides:?} {open_on_loopback}");
        }
    }
}
