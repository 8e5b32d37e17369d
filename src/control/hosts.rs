//! By which name the control plane may be asked, and from which pages.
//!
//! A page of any site may send requests to 127.0.0.1, and may give 127.0.0.1 a name of its own (DNS
//! rebinding). The first shows in `Origin`, the second in `Host`: both must be of this machine, or
//! a name that the operator wrote down.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::request::Parts;

use super::problem::Problem;
use crate::proto::origin::{host_of, is_loopback_host, is_loopback_origin};

/// The names of `control.hosts`, in their canonical form.
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    pub(super) fn new(names: &[String]) -> Self {
        let bare = |name: &String| canonical(name.trim_start_matches('[').trim_end_matches(']'));
        Self(names.iter().map(bare).collect())
    }

    /// Refuses a request of a foreign page or by a foreign name.
    pub(super) fn check(&self, head: &Parts) -> Result<(), Problem> {
        let mut origins = head.headers.get_all(ORIGIN).iter();
        if !origins.all(|origin| is_loopback_origin(origin.as_bytes())) {
            return Err(Problem::forbidden(
                "Origin: not a page of this machine, and no other may ask",
            ));
        }
        let mut hosts = head.headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Err(Problem::forbidden("Host: there must be exactly one"));
        };
        // A request line may name a host too; then that one counts, so both must be right.
        let in_line = head.uri.authority().map(|authority| authority.as_str());
        let named = [Some(host.to_str().unwrap_or_default()), in_line];
        if !named.into_iter().flatten().all(|authority| self.knows(authority)) {
            return Err(Problem::forbidden(
                "Host: neither localhost nor a loopback address nor one of control.hosts",
            ));
        }
        Ok(())
    }

    fn knows(&self, authority: &str) -> bool {
        let Some(host) = host_of(authority) else { return false };
        is_loopback_host(host) || self.0.contains(&canonical(host))
    }
}

/// One spelling for each host: an address has many, and the case of a name means nothing.
fn canonical(host: &str) -> String {
    host.parse().map_or_else(|_| host.to_ascii_lowercase(), |ip: IpAddr| ip.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_this_machine_and_of_the_list_are_known_in_every_spelling() {
        let hosts = ["guestlist", "Gate.example", "[fd00::1]", "10.0.0.7"].map(str::to_owned);
        let hosts = Hosts::new(&hosts);
        let known = [
            "localhost",
            "LocalHost:8081",
            "127.0.0.1",
            "127.1.2.3:1",
            "[::1]",
            "[::1]:8081",
            "guestlist:8081",
            "GUESTLIST",
            "gate.EXAMPLE",
            "[fd00::1]:80",
            "[FD00:0:0::1]",
            "10.0.0.7:8081",
        ];
        for known in known {
            assert!(hosts.knows(known), "{known}");
        }
        let foreign = [
            "",
            ":8081",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "guestlist.evil.example",
            "guestlist:port",
            "localhost:8081@evil.example",
            "evil.example@localhost",
            "0.0.0.0",
            "10.0.0.8",
            "[fd00::2]",
            "[::1].evil.example",
        ];
        for foreign in foreign {
            assert!(!hosts.knows(foreign), "{foreign}");
        }
    }
}
