//! A ticket, told to a person.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::map_key::{MapKey, MapRoom};
use super::{Claims, SecretKey, TicketFault, decode};

/// The first second that RFC 3339 cannot write, the start of the year 10000.
const END_OF_DATES_S: u64 = 253_402_300_800;

/// An account of one ticket in some lines of text, by [`explain`]; `Display` gives them.
///
/// It has no part of the signature in it and nothing of the key.
#[derive(Debug, Clone)]
pub struct Explanation {
    length_bytes: usize,
    now_s: u64,
    wanted_sdkappid: Option<u64>,
    found: Result<Found, TicketFault>,
}

#[derive(Debug, Clone)]
struct Found {
    claims: Claims,
    signature: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Signed,
    NotSigned,
    NoKey,
}

/// Tells what is in a ticket and what is wrong with it, as of the Unix second `now_s`. With a key
/// the signature is checked, with an `sdkappid` the app.
pub fn explain(
    text: &str,
    key: Option<&SecretKey>,
    now_s: u64,
    sdkappid: Option<u64>,
) -> Explanation {
    let found = decode(text).map(|ticket| {
        let signature = match key {
            None => Verdict::NoKey,
            Some(key) if ticket.is_signed_by(key) => Verdict::Signed,
            Some(_) => Verdict::NotSigned,
        };
        Found { claims: ticket.into_claims(), signature }
    });
    Explanation { length_bytes: text.len(), now_s, wanted_sdkappid: sdkappid, found }
}

impl Explanation {
    /// Whether a server with this key, app and time would believe the ticket. Without a key
    /// nobody can tell, so it is not good; without an `sdkappid` any app will do.
    pub fn is_good(&self) -> bool {
        self.found.as_ref().is_ok_and(|found| {
            found.signature == Verdict::Signed
                && self.now_s <= found.claims.valid_until_s()
                && self.wanted_sdkappid.is_none_or(|wanted| wanted == found.claims.sdkappid)
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, "length", format_args!("{} bytes", self.length_bytes))?;
        match &self.found {
            Err(fault) => {
                line(f, "decoded", format_args!("no, it fails at: {}", fault.stage()))?;
                write!(f, "{:<13}{fault}", "fault")
            }
            Ok(found) => self.write_found(f, found),
        }
    }
}

impl Explanation {
    fn write_found(&self, f: &mut fmt::Formatter<'_>, found: &Found) -> fmt::Result {
        let Found { claims, signature } = found;
        line(f, "decoded", format_args!("yes, version 2.0"))?;
        line(f, "identifier", format_args!("{:?}", claims.identifier))?;
        match self.wanted_sdkappid {
            Some(wanted) if wanted != claims.sdkappid => {
                let sdkappid = claims.sdkappid;
                line(f, "sdkappid", format_args!("{sdkappid}, but {wanted} is expected"))?;
            }
            _ => line(f, "sdkappid", format_args!("{}", claims.sdkappid))?,
        }
        line(f, "made at", format_args!("{}", Moment(claims.time_s)))?;
        let until_s = claims.valid_until_s();
        let state = match until_s.checked_sub(self.now_s) {
            Some(left_s) => format!("{} remaining", Span(left_s)),
            None => format!("expired since {}", Span(self.now_s - until_s)),
        };
        line(f, "valid until", format_args!("{}: {state}", Moment(until_s)))?;
        match &claims.userbuf {
            None => line(f, "userbuf", format_args!("none"))?,
            Some(bytes) => write_userbuf(f, bytes)?,
        }
        let verdict = match signature {
            Verdict::Signed => "signed by this key",
            Verdict::NotSigned => "not signed by this key: was it made with another app's key?",
            Verdict::NoKey => "no key given",
        };
        write!(f, "{:<13}{verdict}", "signature")
    }
}

fn write_userbuf(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let Some(map_key) = MapKey::parse(bytes) else {
        return line(f, "userbuf", format_args!("{} bytes, no privateMapKey", bytes.len()));
    };
    line(f, "userbuf", format_args!("{} bytes, a privateMapKey:", bytes.len()))?;
    line(f, "  account", format_args!("{:?}", String::from_utf8_lossy(&map_key.account)))?;
    line(f, "  sdkappid", format_args!("{}", map_key.sdkappid))?;
    match &map_key.room {
        MapRoom::Number(number) => line(f, "  room", format_args!("{number}"))?,
        MapRoom::Text(text) => {
            line(f, "  room", format_args!("{:?}", String::from_utf8_lossy(text)))?;
        }
    }
    line(f, "  until", format_args!("{}", Moment(map_key.valid_until_s.into())))?;
    line(f, "  privileges", format_args!("{}", Privileges(map_key.privileges)))?;
    line(f, "  acct. type", format_args!("{}", map_key.account_type))
}

fn line(f: &mut fmt::Formatter<'_>, name: &str, value: fmt::Arguments<'_>) -> fmt::Result {
    writeln!(f, "{name:<13}{value}")
}

/// A Unix second, with its date as long as there is a date for it.
struct Moment(u64);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(unix_s) = *self;
        write!(f, "{unix_s}")?;
        if unix_s < END_OF_DATES_S {
            let date = SystemTime::UNIX_EPOCH + Duration::from_secs(unix_s);
            write!(f, " ({})", humantime::format_rfc3339_seconds(date))?;
        }
        Ok(())
    }
}

/// Seconds, with days and hours beside them once there are that many.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(span_s) = *self;
        write!(f, "{span_s} s")?;
        let (days, hours, minutes) = (span_s / 86_400, span_s / 3_600 % 24, span_s / 60 % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => Ok(()),
            (0, 0, _) => write!(f, " ({minutes} min)"),
            (0, ..) => write!(f, " ({hours} h {minutes} min)"),
            _ => write!(f, " ({days} d {hours} h)"),
        }
    }
}

struct Privileges(u32);

impl fmt::Display for Privileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 8] = [
            "create room",
            "enter",
            "send audio",
            "receive audio",
            "send video",
            "receive video",
            "send screen",
            "receive screen",
        ];
        let Self(bits) = *self;
        let named = NAMES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
        let names: Vec<&str> = named.map(|(_, name)| *name).collect();
        write!(f, "{bits}")?;
        if names.is_empty() { Ok(()) } else { write!(f, " ({})", names.join(", ")) }
    }
}
