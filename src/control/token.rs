//! Tokens of ZEGO's clients, checked at the door: a team can try its own token code here.

use super::problem::Problem;
use crate::domain::{Account, Login, RoomId};
use crate::engine::App;
use crate::sig::zego::token04::{Privilege, verify};

/// The version of the tokens that are checked.
const VERSION: u8 = 4;

/// Lets a token in, or says why not: it has to be made with the app's server secret, for this app,
/// account and room, not be over by the app's clock, and not deny to log in.
pub(super) fn check(
    app: &App,
    room: &RoomId,
    account: &Account,
    token: &str,
) -> Result<Login, Problem> {
    let denied = |detail: String| Problem::denied(format!("token: {detail}"));
    let Some(secret) = &app.zego().server_secret else {
        return Err(Problem::bad_request("token: the app has no zego.server_secret to check it"));
    };
    let claims = verify(secret.expose(), token).map_err(|fault| denied(fault.to_string()))?;
    if claims.app_id != app.id().0 {
        return Err(denied(format!("it is for the app {}, not {}", claims.app_id, app.id())));
    }
    if claims.user_id != account.as_str() {
        return Err(denied(format!("it is for somebody else than {account}")));
    }
    let now_s = app.now_ms() / 1000;
    if u64::try_from(claims.expire_s).map_or(true, |expire_s| expire_s < now_s) {
        return Err(denied(format!("it ended at {}, and it is {now_s}", claims.expire_s)));
    }
    let payload = claims.privileges().map_err(|fault| denied(fault.to_string()))?;
    if payload.login == Privilege::Denied {
        return Err(denied("it denies to log in".to_owned()));
    }
    if payload.room_id.is_some_and(|only| only != room.as_str()) {
        return Err(denied(format!("it is for another room than {room}")));
    }
    Ok(Login { token_version: VERSION, ..Login::default() })
}
