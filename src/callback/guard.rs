//! Which addresses a callback may be sent to.
//!
//! Job: hold an address against what may be reached. Promise: the same address gets the same answer
//! in every spelling: an IPv4 address inside an IPv6 one is taken out first. Whatever the table does
//! not know to be public is refused. Not here: turning names into addresses (`names`), and seeing to
//! it that the checked address is the one that is connected to (`client`).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

use crate::domain::CallbackUrl;

/// How far callbacks to one URL may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Everywhere: the operator wrote the URL down, or `app.callback.allow_private`.
    Any,
    /// This machine alone. Whoever can reach a server with the well-known development key can sign
    /// as anybody, and so set a URL: any web page could.
    LoopbackOnly,
    /// Addresses that are globally routable.
    PublicOnly,
}

/// An address that callbacks may not go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The address.
    pub address: IpAddr,
    /// What it is, such as `private`.
    what: &'static str,
    /// What it must be.
    reach: Reach,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, what, reach } = self;
        let allowed = match reach {
            Reach::LoopbackOnly => "go to loopback addresses only while a development key is used",
            Reach::PublicOnly | Reach::Any => "go to public addresses only",
        };
        write!(
            f,
            "{address} is {what}: callbacks to a URL that was set over the REST API {allowed}, \
             unless app.callback.allow_private"
        )
    }
}

impl Reach {
    /// Checks an address before it is connected to.
    ///
    /// # Errors
    /// What the address is instead.
    pub fn check(self, address: IpAddr) -> Result<(), Refused> {
        let what = match (self, without_wrapping(address)) {
            (Self::Any, _) => None,
            (Self::LoopbackOnly, bare) => (!bare.is_loopback()).then_some("not loopback"),
            (Self::PublicOnly, IpAddr::V4(bare)) => special_v4(bare),
            (Self::PublicOnly, IpAddr::V6(bare)) => special_v6(bare),
        };
        what.map_or(Ok(()), |what| Err(Refused { address, what, reach: self }))
    }

    /// Checks the host of a URL as far as it is an address; a name is nobody's address yet.
    ///
    /// # Errors
    /// What the address is instead.
    pub fn check_literal(self, url: &CallbackUrl) -> Result<(), Refused> {
        match url.host() {
            Host::Ipv4(address) => self.check(address.into()),
            Host::Ipv6(address) => self.check(address.into()),
            Host::Domain(_) => Ok(()),
        }
    }
}

/// The IPv4 address that the kernel connects to when it is given this one.
fn without_wrapping(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The IPv4 ranges that are not globally routable: first address, length of the prefix, what it is.
const SPECIAL_V4: [(Ipv4Addr, u32, &str); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "of a carrier's NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "of a 6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::BROADCAST, 32, "broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// The same of IPv6, the narrower range first; mapped addresses do not come here.
const SPECIAL_V6: [(Ipv6Addr, u32, &str); 16] = [
    (Ipv6Addr::UNSPECIFIED, 128, "unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "loopback"),
    // Nobody routes these, so which IPv4 address is inside does not matter.
    (Ipv6Addr::UNSPECIFIED, 96, "an IPv4-compatible address"),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, "behind a NAT64"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "behind a NAT64"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "for discarding"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "a Teredo address"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "reserved for protocols"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "a 6to4 address"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documentation"),
    (Ipv6Addr::new(0x5f00, 0, 0, 0, 0, 0, 0, 0), 16, "for segment routing"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "private"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "site-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "multicast"),
];

/// All that is global unicast lies in here; the rest of IPv6 is reserved.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

fn special_v4(address: Ipv4Addr) -> Option<&'static str> {
    let differs = |first: Ipv4Addr| (address.to_bits() ^ first.to_bits()).leading_zeros();
    SPECIAL_V4.iter().find(|(first, prefix, _)| differs(*first) >= *prefix).map(|row| row.2)
}

fn special_v6(address: Ipv6Addr) -> Option<&'static str> {
    let differs = |first: Ipv6Addr| (address.to_bits() ^ first.to_bits()).leading_zeros();
    let special = SPECIAL_V6.iter().find(|(first, prefix, _)| differs(*first) >= *prefix);
    let (global, prefix) = GLOBAL_V6;
    special.map(|row| row.2).or_else(|| (differs(global) < prefix).then_some("reserved"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|_| panic!("{text} is no address"))
    }

    /// What an address is refused for where only public ones may be reached; empty if it is not.
    fn refused(address: IpAddr) -> &'static str {
        Reach::PublicOnly.check(address).err().map_or("", |refused| refused.what)
    }

    /// All of IPv4: where each range begins, and what it is. `""` is public.
    const V4: [(&str, &str); 29] = [
        ("0.0.0.0", "unspecified"),
        ("1.0.0.0", ""),
        ("10.0.0.0", "private"),
        ("11.0.0.0", ""),
        ("100.64.0.0", "of a carrier's NAT"),
        ("100.128.0.0", ""),
        ("127.0.0.0", "loopback"),
        ("128.0.0.0", ""),
        ("169.254.0.0", "link-local"),
        ("169.255.0.0", ""),
        ("172.16.0.0", "private"),
        ("172.32.0.0", ""),
        ("192.0.0.0", "reserved for protocols"),
        ("192.0.1.0", ""),
        ("192.0.2.0", "for documentation"),
        ("192.0.3.0", ""),
        ("192.88.99.0", "of a 6to4 relay"),
        ("192.88.100.0", ""),
        ("192.168.0.0", "private"),
        ("192.169.0.0", ""),
        ("198.18.0.0", "for benchmarks"),
        ("198.20.0.0", ""),
        ("198.51.100.0", "for documentation"),
        ("198.51.101.0", ""),
        ("203.0.113.0", "for documentation"),
        ("203.0.114.0", ""),
        ("224.0.0.0", "multicast"),
        ("240.0.0.0", "reserved"),
        ("255.255.255.255", "broadcast"),
    ];

    /// The same of IPv6.
    const V6: [(&str, &str); 30] = [
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::2", "an IPv4-compatible address"),
        ("::1:0:0", "reserved"),
        // The end of the mapped addresses, which are IPv4 and stand above.
        ("::ffff:ffff:ffff", "broadcast"),
        ("::1:0:0:0", "reserved"),
        ("64:ff9b::", "behind a NAT64"),
        ("64:ff9b::1:0:0", "reserved"),
        ("64:ff9b:1::", "behind a NAT64"),
        ("64:ff9b:2::", "reserved"),
        ("100::", "for discarding"),
        ("100:0:0:1::", "reserved"),
        ("2000::", ""),
        ("2001::", "a Teredo address"),
        ("2001:1::", "reserved for protocols"),
        ("2001:200::", ""),
        ("2001:db8::", "for documentation"),
        ("2001:db9::", ""),
        ("2002::", "a 6to4 address"),
        ("2003::", ""),
        ("3fff::", "for documentation"),
        ("3fff:1000::", ""),
        ("4000::", "reserved"),
        ("5f00::", "for segment routing"),
        ("5f01::", "reserved"),
        ("fc00::", "private"),
        ("fe00::", "reserved"),
        ("fe80::", "link-local"),
        ("fec0::", "site-local"),
        ("ff00::", "multicast"),
    ];

    /// The last of each range, and the first of the next.
    #[test]
    fn each_range_begins_and_ends_where_it_should() {
        for [(_, what), (next, what_next)] in V4.array_windows().chain(V6.array_windows()) {
            let next = address(next);
            let last = match next {
                IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() - 1)),
                IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() - 1)),
            };
            assert_eq!(refused(last), *what, "{last}, before {next}");
            assert_eq!(refused(next), *what_next, "{next}");
        }
        assert_eq!(refused(address("0.0.0.0")), "unspecified");
        assert_eq!(refused(address("::")), "unspecified");
        assert_eq!(refused(address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")), "multicast");
    }

    #[test]
    fn public_addresses_may_be_reached() {
        for text in ["1.1.1.1", "8.8.8.8", "119.28.0.1", "2606:4700:4700::1111", "2a00:1450::1"] {
            assert_eq!(refused(address(text)), "", "{text}");
        }
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_is_taken_out_first() {
        for (text, what) in [
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:10.1.2.3", "private"),
            ("::ffff:169.254.169.254", "link-local"),
            ("::ffff:0.0.0.0", "unspecified"),
            ("::ffff:255.255.255.255", "broadcast"),
            ("::ffff:1.1.1.1", ""),
        ] {
            assert_eq!(refused(address(text)), what, "{text}");
        }
    }

    #[test]
    fn loopback_only_is_this_machine_in_each_of_its_spellings_and_nothing_else() {
        let rows = [
            ("126.255.255.255", false),
            ("127.0.0.0", true),
            ("127.255.255.255", true),
            ("128.0.0.0", false),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            // Not what the kernel connects to loopback, or not in so many words.
            ("::", false),
            ("::2", false),
            ("0.0.0.0", false),
            ("::127.0.0.1", false),
            ("10.0.0.1", false),
            ("1.1.1.1", false),
            ("2606:4700:4700::1111", false),
        ];
        for (text, allowed) in rows {
            assert_eq!(Reach::LoopbackOnly.check(address(text)).is_ok(), allowed, "{text}");
        }
    }

    #[test]
    fn any_is_any() {
        for text in ["0.0.0.0", "127.0.0.1", "10.0.0.1", "255.255.255.255", "ff02::1", "1.1.1.1"] {
            assert_eq!(Reach::Any.check(address(text)), Ok(()), "{text}");
        }
    }

    #[test]
    fn an_address_in_a_url_is_checked_however_it_is_spelt() {
        let hosts = [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
            "127.0.0.1.",
            "0",
            "0xa000001",
            "3232235777",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a00:1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fd00::1]",
        ];
        for host in hosts {
            let url = CallbackUrl::parse(&format!("http://{host}:8080/")).unwrap();
            assert!(Reach::PublicOnly.check_literal(&url).is_err(), "{host}");
            assert!(Reach::Any.check_literal(&url).is_ok(), "{host}");
        }
        for host in ["localhost", "127.0.0.1.example", "1.1.1.1", "134744072", "[2a00::1]"] {
            let url = CallbackUrl::parse(&format!("http://{host}/")).unwrap();
            assert!(Reach::PublicOnly.check_literal(&url).is_ok(), "{host}");
        }
    }

    #[test]
    fn a_refusal_says_what_the_address_is_and_what_would_allow_it() {
        let refusal = Reach::PublicOnly.check(address("10.0.0.7")).unwrap_err().to_string();
        assert_eq!(
            refusal,
            "10.0.0.7 is private: callbacks to a URL that was set over the REST API go to public \
             addresses only, unless app.callback.allow_private"
        );
        let refusal = Reach::LoopbackOnly.check(address("1.1.1.1")).unwrap_err().to_string();
        assert!(refusal.contains("loopback addresses only while a development key"), "{refusal}");
        assert!(refusal.ends_with("unless app.callback.allow_private"), "{refusal}");
    }
}
