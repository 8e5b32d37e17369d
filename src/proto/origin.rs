//! Who a browser says it is: hosts and origins of this machine.

use std::net::IpAddr;

/// Whether an origin is a page of this machine: `http://localhost:3000`, `http://127.0.0.1`.
#[must_use]
pub fn is_loopback_origin(origin: &[u8]) -> bool {
    let origin = std::str::from_utf8(origin).ok();
    let authority = origin.and_then(|origin| origin.split_once("://"));
    authority.and_then(|(_, authority)| host_of(authority)).is_some_and(is_loopback_host)
}

/// Whether a host is a name or an address of this machine.
#[must_use]
pub fn is_loopback_host(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// The host of `host`, `host:port`, `[v6]` or `[v6]:port`; none if it is nothing of these.
#[must_use]
pub fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']')?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    let is_port = port.is_empty() || (port.starts_with(':') && digits.parse::<u16>().is_ok());
    (is_port && !host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_this_machine_are_told_from_others() {
        let own =
            ["http://localhost", "https://LOCALHOST:3000", "http://127.9.0.1:1", "http://[::1]:5"];
        for own in own {
            assert!(is_loopback_origin(own.as_bytes()), "{own}");
        }
        let others = [
            "null",
            "",
            "localhost",
            "http://",
            "http://localhost.evil.example",
            "http://127.0.0.1.evil.example",
            "http://10.0.0.1",
            "http://[::2]",
            "http://[::1].evil.example",
            "http://localhost:3000@evil.example",
            "http://evil.example:80/http://localhost",
        ];
        for other in others {
            assert!(!is_loopback_origin(other.as_bytes()), "{other}");
        }
    }
}
