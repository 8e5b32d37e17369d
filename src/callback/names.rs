//! From the name of a host to its addresses.
//!
//! Job: `localhost` by itself, then the hosts file, then the name servers of `resolv.conf`. Promise:
//! the libc is not asked, so a static binary resolves like any other; both files are read for each
//! look-up, so that a change of them counts at once; `localhost` and what ends in it never leave this
//! machine (RFC 6761). Nothing is remembered: connections are kept, so look-ups are few, and a name
//! that moves is followed by the next. Not here: whether an address may be connected to.

use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, ResolveHosts};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::system_conf::parse_resolv_conf;
use parking_lot::Mutex;

/// The most addresses of one name that are tried.
pub const MAX_ADDRESSES: usize = 16;
/// What is read of either file, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Why a name leads to no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// It is unknown, or has other records only.
    #[error("has no address")]
    NoAddress,
    /// Nothing says whom to ask.
    #[error("cannot be looked up: resolv.conf names no name server")]
    NoNameServer,
    /// Nobody said anything useful.
    #[error("cannot be looked up: no name server answers as it should")]
    NoAnswer,
}

/// The look-up of names.
pub(super) struct Names {
    hosts: PathBuf,
    resolv_conf: PathBuf,
    name_server_port: u16,
    /// The name servers of the last `resolv.conf`, kept while it says the same.
    servers: Mutex<Option<Servers>>,
}

#[derive(Clone)]
struct Servers {
    resolv_conf: Vec<u8>,
    resolver: TokioResolver,
}

impl Names {
    pub(super) fn new(hosts: PathBuf, resolv_conf: PathBuf, name_server_port: u16) -> Self {
        Self { hosts, resolv_conf, name_server_port, servers: Mutex::new(None) }
    }

    /// The addresses of a name, 1 to `MAX_ADDRESSES`, in the order in which they are to be tried.
    pub(super) async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, NameFault> {
        let bare = name.strip_suffix('.').unwrap_or(name);
        let mut addresses = if is_localhost(bare) {
            vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        } else {
            self.of_hosts_file(bare)
        };
        if addresses.is_empty() {
            let resolver = self.resolver()?;
            let found = resolver.lookup_ip(name).await.map_err(|error| fault(&error))?;
            addresses.extend(found.iter());
        }
        addresses.truncate(MAX_ADDRESSES);
        if addresses.is_empty() { Err(NameFault::NoAddress) } else { Ok(addresses) }
    }

    fn of_hosts_file(&self, name: &str) -> Vec<IpAddr> {
        let text = read(&self.hosts);
        let text = String::from_utf8_lossy(&text);
        text.lines().filter_map(|line| address_in(line, name)).collect()
    }

    fn resolver(&self) -> Result<TokioResolver, NameFault> {
        let resolv_conf = read(&self.resolv_conf);
        let mut servers = self.servers.lock();
        if let Some(servers) = &*servers
            && servers.resolv_conf == resolv_conf
        {
            return Ok(servers.resolver.clone());
        }
        let resolver = self.ask_servers_of(&resolv_conf)?;
        *servers = Some(Servers { resolv_conf, resolver: resolver.clone() });
        Ok(resolver)
    }

    fn ask_servers_of(&self, resolv_conf: &[u8]) -> Result<TokioResolver, NameFault> {
        let no_server = |_: NetError| NameFault::NoNameServer;
        let (config, mut options) = parse_resolv_conf(resolv_conf).map_err(no_server)?;
        let (domain, search, mut servers) = config.into_parts();
        for connection in servers.iter_mut().flat_map(|server| &mut server.connections) {
            connection.port = self.name_server_port;
        }
        let config = hickory_resolver::config::ResolverConfig::from_parts(domain, search, servers);
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.use_hosts_file = ResolveHosts::Never;
        options.cache_size = 0;
        TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .map_err(no_server)
    }
}

fn is_localhost(name: &str) -> bool {
    let (start, last) = name.rsplit_once('.').unwrap_or(("", name));
    last.eq_ignore_ascii_case("localhost") && !start.ends_with('.')
}

/// The address that a line of the hosts file gives a name, if it does.
fn address_in(line: &str, name: &str) -> Option<IpAddr> {
    let line = line.split('#').next().unwrap_or_default();
    let mut words = line.split_whitespace();
    let address = words.next()?.parse().ok()?;
    let is_name = |word: &str| word.strip_suffix('.').unwrap_or(word).eq_ignore_ascii_case(name);
    words.any(is_name).then_some(address)
}

/// A file that cannot be read says nothing, as for any other program.
fn read(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = File::open(path);
    let _ = file.and_then(|file| file.take(FILE_BYTES_MAX).read_to_end(&mut bytes));
    bytes
}

fn fault(error: &NetError) -> NameFault {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(_)) => NameFault::NoAddress,
        _ => NameFault::NoAnswer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_and_all_below_it_are_this_machine() {
        for name in ["localhost", "LocalHost", "app.localhost", "a.b.localhost"] {
            assert!(is_localhost(name), "{name}");
        }
        for name in ["", "localhosts", "localhost.example", "mylocalhost", "a..localhost"] {
            assert!(!is_localhost(name), "{name}");
        }
    }

    #[test]
    fn a_line_of_the_hosts_file_names_one_address() {
        let rows = [
            ("10.0.0.7 backend", Some("10.0.0.7")),
            ("\t10.0.0.7\tother  BackEnd. # mine", Some("10.0.0.7")),
            ("fd00::7 backend", Some("fd00::7")),
            ("10.0.0.7 other # backend", None),
            ("# 10.0.0.7 backend", None),
            ("10.0.0.7 backend.example", None),
            ("10.0.0.7", None),
            ("backend backend", None),
            ("fe80::1%eth0 backend", None),
            ("", None),
        ];
        for (line, address) in rows {
            let address = address.map(|text| text.parse::<IpAddr>().unwrap());
            assert_eq!(address_in(line, "backend"), address, "{line:?}");
        }
    }
}
