//! The gateway's codes: 60002 to 60021 and the account codes 70xxx.
//!
//! The texts carry the phrases that real clients look for: the vendor's own sentence where one is
//! known, in lower case where clients compare that way.

use super::refused::{GatewayRefusal, Wire};
use crate::engine::{AuthRefusal, RateRefusal};

/// Every code of the gateway, and what it means.
///
/// 60009 is the answer to paths that are no command's; all others any command may answer.
pub const GATEWAY_CODES: &[(u32, &str)] = &[
    (
        60002,
        "the path or the query is not well-formed; with `app.strict`, another method than POST",
    ),
    (60003, "the body is empty or not a JSON object"),
    (60004, "`identifier` is missing"),
    (60006, "`sdkappid` is not an app of this server"),
    (60007, "the command's calls per second are used up"),
    (60008, "the body is too large, broke off, or something took too long"),
    (60009, "no such service, command or version"),
    (60010, "`identifier` is not an administrator of the app"),
    (60011, "the app's calls per second are used up"),
    (60012, "`sdkappid` is missing"),
    (60015, "an account is a number"),
    (60017, "the page that asks may not: the well-known development keys are in use"),
    (70001, "`usersig` is expired"),
    (70002, "`usersig` is missing or empty"),
    (70003, "`usersig` cannot be read"),
    (70009, "`usersig` was not signed with a key of the app"),
    (70013, "`usersig` was made for another identifier"),
    (70014, "`usersig` was made for another app"),
];

/// The code and text of what the gateway refuses.
pub(super) fn gateway(refusal: &GatewayRefusal) -> Wire {
    match refusal {
        GatewayRefusal::Path => Wire::new(60002, "HTTP parse Error"),
        GatewayRefusal::Encoding { name } => {
            Wire::new(60002, format!("HTTP parse Error: {name}: not well-formed in the query"))
        }
        GatewayRefusal::Method => Wire::new(60002, "HTTP parse Error: only POST is supported"),
        GatewayRefusal::Json { reason } => {
            Wire::new(60003, format!("the body is not a JSON object: {reason}"))
        }
        GatewayRefusal::EmptyBody => {
            Wire::new(60003, "the body is not a JSON object: it is empty, send {} at least")
        }
        GatewayRefusal::NoIdentifier => Wire::new(60004, "identifier: missing in the URL"),
        GatewayRefusal::UnknownApp => Wire::new(60006, "sdkappid: not the id of an app here"),
        GatewayRefusal::Rate { command, rate: RateRefusal::Command { calls_per_second } } => {
            let text = format!("too many requests: {command}, at most {calls_per_second} a second");
            Wire::new(60007, text)
        }
        GatewayRefusal::Rate { rate: RateRefusal::App { calls_per_second }, .. } => {
            let text = format!("too many requests: this app, at most {calls_per_second} a second");
            Wire::new(60011, text)
        }
        GatewayRefusal::BodyTooLarge { at_most_bytes } => {
            Wire::new(60008, format!("{TIMEOUT_OR_FORMAT} (body: at most {at_most_bytes} bytes)"))
        }
        GatewayRefusal::BodyBroken => {
            Wire::new(60008, format!("{TIMEOUT_OR_FORMAT} (the body broke off)"))
        }
        GatewayRefusal::Busy => {
            Wire::new(60008, format!("{TIMEOUT_OR_FORMAT} (the server is busy)"))
        }
        GatewayRefusal::TimedOut => {
            Wire::new(60008, format!("{TIMEOUT_OR_FORMAT} (the request took too long)"))
        }
        GatewayRefusal::Fault { word } => {
            Wire::new(60008, format!("{TIMEOUT_OR_FORMAT} (a fault that was asked for: {word})"))
        }
        GatewayRefusal::FaultAsked { reason } => {
            Wire::new(60002, format!("HTTP parse Error: {reason}"))
        }
        GatewayRefusal::Command { path, nearest: Some(nearest) } => {
            Wire::new(60009, format!("`{path}` is not a command; `{nearest}` is"))
        }
        GatewayRefusal::Command { path, nearest: None } => {
            Wire::new(60009, format!("`{path}` is not a command here"))
        }
        GatewayRefusal::Version { path } => {
            Wire::new(60009, format!("`{path}` is not a command: the version is v4"))
        }
        GatewayRefusal::NoApp => Wire::new(60012, "sdkappid: missing in the URL"),
        GatewayRefusal::AccountNotText { field } => {
            Wire::new(60015, format!("{field}: an account must be a string"))
        }
        GatewayRefusal::Origin => {
            Wire::new(60017, "Origin: refused while the well-known development keys are in use")
        }
        GatewayRefusal::Auth(refusal) => auth(refusal),
    }
}

const TIMEOUT_OR_FORMAT: &str =
    "service timeout or request format error,please check and try again";

fn auth(refusal: &AuthRefusal) -> Wire {
    use crate::sig::usersig::TicketFault;
    match refusal {
        AuthRefusal::Ticket(TicketFault::Empty) => Wire::new(70002, "usersig: empty or missing"),
        AuthRefusal::Ticket(fault) => Wire::new(
            70003,
            format!(
                "The UserSig in use is illegal. Please regenerate UserSig through official API. \
                 (invalid usersig: {fault})"
            ),
        ),
        AuthRefusal::OtherApp { asked, ticket } => Wire::new(
            70014,
            format!("The requested SDKAppID({asked}) does not match the Usersig({ticket})."),
        ),
        AuthRefusal::OtherIdentifier { asked, ticket } => Wire::new(
            70013,
            format!("The requested UserID({asked}) does not match the Usersig({ticket})."),
        ),
        AuthRefusal::Expired { until_s, now_s } => Wire::new(
            70001,
            format!(
                "The UserSig in use is expired: usersig has expired, it was good until {until_s}, \
                 the time is {now_s}."
            ),
        ),
        AuthRefusal::Signature => Wire::new(
            70009,
            "UserSig verification Failed. The UserSig in use maybe generated by Secret Key from \
             other SDKAppID. Please regenerate UserSig by Secret Key from its own SDKAppID. \
             (invalid usersig)",
        ),
        AuthRefusal::NotAdministrator => {
            Wire::new(60010, "permission denied: identifier is not an administrator of the app")
        }
    }
}
