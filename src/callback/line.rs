//! The request line of a callback, and its signature.
//!
//! The vendor appends a query to the configured URL: `SdkAppid`, `CallbackCommand`, `contenttype`,
//! `ClientIP`, `OptPlatform`, in this order, and behind them `Sign` and `RequestTime` where callbacks
//! are signed. A URL that has a query of its own keeps it in front: nothing is documented of that.
//!
//! The signature covers the time and nothing else: `Sign` is the SHA-256, in lower-case hexadecimal,
//! of the token and the decimal `RequestTime` right behind it. A genuine receiver refuses a time that
//! is more than 60 s from its own.

use std::net::{IpAddr, Ipv4Addr};

use sha2::{Digest, Sha256};
use url::Url;

use super::destination::Destination;
use crate::domain::AppId;

/// What the request line of one callback says besides its URL.
#[derive(Debug, Clone, Copy)]
pub struct RequestLine<'a> {
    /// The app that the event belongs to.
    pub app: AppId,
    /// The command word, as in the body.
    pub command: &'a str,
    /// Who caused the event.
    pub origin: Origin,
    /// When the request is signed, in Unix seconds; unused without a token.
    pub request_time_s: u64,
}

/// Where the event was caused: `ClientIP` and `OptPlatform`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The client's address.
    pub client_ip: IpAddr,
    /// The client's kind.
    pub platform: Platform,
}

impl Origin {
    /// A call of the REST API, and whatever guestlist does by itself. Nothing says which address the
    /// vendor sends for these; this is its pages' example, and no test comes to depend on the
    /// machine that it runs on.
    pub const REST: Self =
        Self { client_ip: IpAddr::V4(Ipv4Addr::LOCALHOST), platform: Platform::RestApi };
}

/// The kinds of client that the vendor's Chat pages list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// The app's backend.
    RestApi,
    /// A browser.
    Web,
    /// A phone or tablet with Android.
    Android,
    /// An iPhone.
    Ios,
    /// A PC with Windows.
    Windows,
    /// A Mac. Most pages write it like this, an English one `macOS`.
    Mac,
    /// An iPad.
    Ipad,
    /// Anything else.
    Unknown,
}

impl Platform {
    /// Each of them.
    pub const ALL: [Self; 8] = [
        Self::RestApi,
        Self::Web,
        Self::Android,
        Self::Ios,
        Self::Windows,
        Self::Mac,
        Self::Ipad,
        Self::Unknown,
    ];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RestApi => "RESTAPI",
            Self::Web => "Web",
            Self::Android => "Android",
            Self::Ios => "iOS",
            Self::Windows => "Windows",
            Self::Mac => "Mac",
            Self::Ipad => "iPad",
            Self::Unknown => "Unknown",
        }
    }
}

impl RequestLine<'_> {
    /// The URL of the request: that of the destination, and the query behind it.
    pub(super) fn url(&self, destination: &Destination) -> Url {
        let mut url = destination.url.sent_to().clone();
        // The pairs come behind a query that is there already, after an `&`.
        let mut query = url.query_pairs_mut();
        query
            .append_pair("SdkAppid", &self.app.to_string())
            .append_pair("CallbackCommand", self.command)
            .append_pair("contenttype", "json")
            .append_pair("ClientIP", &self.origin.client_ip.to_string())
            .append_pair("OptPlatform", self.origin.platform.as_str());
        if let Some(token) = &destination.token {
            let time = self.request_time_s.to_string();
            let signature = sign(&text_to_sign(token.expose(), &time));
            query.append_pair("Sign", &signature).append_pair("RequestTime", &time);
        }
        drop(query);
        url
    }
}

fn text_to_sign(token: &str, request_time: &str) -> String {
    format!("{token}{request_time}")
}

fn sign(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::super::guard::Reach;
    use super::*;
    use crate::config::Secret;
    use crate::domain::CallbackUrl;

    /// The vendor's vector: token, time and digest.
    const TOKEN: &str = "xxxxyyyy";
    const REQUEST_TIME_S: u64 = 1_669_872_112;
    const SIGN: &str = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061";

    const LINE: RequestLine<'_> = RequestLine {
        app: AppId(1_400_000_001),
        command: "Room.CallbackAfterMemberEnter",
        origin: Origin::REST,
        request_time_s: REQUEST_TIME_S,
    };

    fn destination(url: &str, token: Option<&str>) -> Destination {
        Destination {
            url: CallbackUrl::parse(url).unwrap(),
            token: token.map(Secret::new),
            reach: Reach::Any,
            timeout: Duration::from_secs(2),
        }
    }

    #[test]
    fn the_documented_vector() {
        let text = text_to_sign(TOKEN, &REQUEST_TIME_S.to_string());
        assert_eq!(text, "xxxxyyyy1669872112");
        assert_eq!(sign(&text), SIGN);
    }

    #[test]
    fn the_query_has_the_documented_names_in_the_documented_order() {
        let plain = "SdkAppid=1400000001&CallbackCommand=Room.CallbackAfterMemberEnter\
                     &contenttype=json&ClientIP=127.0.0.1&OptPlatform=RESTAPI";
        let signed = format!("{plain}&Sign={SIGN}&RequestTime=1669872112");
        let rows = [
            ("https://www.example.com", None, format!("https://www.example.com/?{plain}")),
            ("https://www.example.com/a", None, format!("https://www.example.com/a?{plain}")),
            ("http://h/a?k=v", None, format!("http://h/a?k=v&{plain}")),
            ("http://h/a?", None, format!("http://h/a?{plain}")),
            ("http://h/a?k=%26&l=a+b#top", None, format!("http://h/a?k=%26&l=a+b&{plain}")),
            ("http://h/a", Some(TOKEN), format!("http://h/a?{signed}")),
            ("http://h/a?k=v", Some(TOKEN), format!("http://h/a?k=v&{signed}")),
        ];
        for (url, token, expected) in rows {
            assert_eq!(LINE.url(&destination(url, token)).as_str(), expected);
        }
    }

    #[test]
    fn other_clients_are_named_and_nothing_leaves_its_place() {
        let origin = Origin { client_ip: "2001:db8::1".parse().unwrap(), platform: Platform::Ipad };
        let line = RequestLine { command: "a&b=c", origin, ..LINE };
        assert_eq!(
            line.url(&destination("http://h/", None)).query().unwrap(),
            "SdkAppid=1400000001&CallbackCommand=a%26b%3Dc&contenttype=json\
             &ClientIP=2001%3Adb8%3A%3A1&OptPlatform=iPad"
        );
    }

    #[test]
    fn the_platforms_are_the_documented_words() {
        assert_eq!(
            Platform::ALL.map(Platform::as_str),
            ["RESTAPI", "Web", "Android", "iOS", "Windows", "Mac", "iPad", "Unknown"]
        );
    }

    proptest! {
        #[test]
        fn whatever_is_taken_as_a_url_can_be_sent_to(
            text in prop_oneof![any::<String>(), "[!-~]{1,40}", "[a-z.0-9:\\[\\]@/?&=#%éß|`^{}\"<>]{1,40}"],
        ) {
            if let Ok(url) = CallbackUrl::parse(&format!("http://{text}")) {
                let shown = url.to_string();
                let destination = Destination { url, ..destination("http://h/", Some(TOKEN)) };
                let sent = LINE.url(&destination);
                prop_assert!(http::Uri::try_from(sent.as_str()).is_ok(), "{sent}");
                prop_assert!(sent.fragment().is_none() && sent.username().is_empty());
                prop_assert!(sent.query().unwrap().contains("SdkAppid=1400000001&CallbackCommand="));
                prop_assert!(!shown.contains(['?', '#']) || shown.ends_with("?(hidden)"), "{shown}");
            }
        }
    }
}
