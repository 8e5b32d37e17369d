//! How long a mute lasts, as requests say it.

use super::fields::MAX_SECONDS;
use super::profile::FOR_EVER;
use crate::proto::tencent::field::{FieldFault, number};

/// The time under its name, or under the older one.
pub(super) fn mute_time(mute_time: Option<i64>, shut_up_time: Option<i64>) -> Option<i64> {
    mute_time.or(shut_up_time)
}

/// A mute's length, in milliseconds: `u64::MAX` for ever.
///
/// # Errors
/// Less than 0 or more than 4294967295 seconds.
pub(super) fn mute_ms(seconds: i64) -> Result<u64, FieldFault> {
    let seconds: Option<u64> = number("MuteTime", Some(seconds), 0, MAX_SECONDS)?;
    Ok(match seconds.unwrap_or_default() {
        FOR_EVER => u64::MAX,
        seconds => seconds * 1000,
    })
}
