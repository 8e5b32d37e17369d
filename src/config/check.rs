//! From the tree of layers to typed settings.
//!
//! Job: hold every value against its limits. Promise: all that is wrong is found in one pass, each
//! fault names key and limit, and no secret is looked at beyond its length and its kind of
//! characters. Not here: unknown keys and wrong types, which `layers` has refused already.

mod callback;
mod chat;
mod zego;

use std::collections::BTreeMap;
use std::net::{Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::fault::{Faults, join, quoted};
use super::schema::Node;
use super::secret::{HIDDEN, Secret};
use super::section::{Field, Section};
use super::settings::*;
use super::units::{parse_bytes, parse_duration, print_bytes, print_duration};
use crate::domain::RoomRules;

/// The settings, or nothing if a fault was found on the way.
pub(super) fn settings(
    tree: &Node,
    auto_access: AccessLog,
    faults: &mut Faults,
) -> Option<Settings> {
    let root = Section::root(tree);
    let mut check = Check { faults };
    let server = check.server(&root.section("server"));
    let control = check.control(&root.section("control"));
    let log = check.log(&root.section("log"), auto_access);
    let store = check.store(&root.section("store"));
    let bench = check.bench(&root.section("bench"), store.as_ref());
    let callback = check.backlog(&root.section("callback"));
    let apps = check.apps(&root.sections("app"));
    Some(Settings {
        server: server?,
        control: control?,
        bench: bench?,
        log: log?,
        store: store?,
        callback: callback?,
        apps: apps?,
    })
}

struct Check<'a> {
    faults: &'a mut Faults,
}

impl Check<'_> {
    fn server(&mut self, section: &Section<'_>) -> Option<ServerSettings> {
        let listen = self.address(&section.text("listen"));
        let limit = section.text("body_limit");
        let body_limit = self.size(&limit, BODY_LIMIT_BYTES_MAX);
        let memory = section.text("body_memory");
        let mut body_memory = self.size(&memory, BODY_MEMORY_BYTES_MAX);
        if let (Some(at_least), Some(bytes)) = (body_limit, body_memory)
            && bytes < at_least
        {
            let least = format!("at least {}, which is {}", limit.key, print_bytes(at_least));
            // Whoever raised the limit need not have written the memory: both are to blame.
            let origin = memory.written_origin().unwrap_or(limit.origin);
            let problem = format!("{}, must be {least}", print_bytes(bytes));
            self.faults.push_first(&memory.key, problem, origin);
            body_memory = None;
        }
        let request_timeout = self.duration(&section.text("request_timeout"), REQUEST_TIMEOUT_MAX);
        let max_connections =
            self.number(&section.integer("max_connections"), 1..=MAX_CONNECTIONS_MAX);
        let tls = self.tls(&section.section("tls"));
        Some(ServerSettings {
            listen: listen?,
            body_limit_bytes: body_limit? as usize,
            body_memory_bytes: body_memory? as usize,
            request_timeout: request_timeout?,
            max_connections: max_connections? as usize,
            tls: tls?,
        })
    }

    /// Nothing, no certificate, or one with its key. Whether the files are good is seen at the
    /// start: settings are printed and checked where they are not.
    fn tls(&mut self, section: &Section<'_>) -> Option<Option<TlsFiles>> {
        let (cert, key) = (section.text("cert"), section.text("key"));
        match (cert.value, key.value) {
            ("", "") => Some(None),
            (path, "") | ("", path) => {
                let (missing, given) = if path == cert.value { (key, cert) } else { (cert, key) };
                let problem = format!("empty, must be set together with {}", given.key);
                self.faults.push_first(&missing.key, problem, given.origin);
                None
            }
            (cert, key) => Some(Some(TlsFiles { cert: cert.into(), key: key.into() })),
        }
    }

    fn control(&mut self, section: &Section<'_>) -> Option<ControlSettings> {
        let listen = self.address(&section.text("listen"));
        let token = self.token(&section.text("token"), SECRET_BYTES_MAX);
        let hosts = self.hosts(&section.list("hosts"));
        Some(ControlSettings { listen: listen?, token: token?, hosts: hosts? })
    }

    fn bench(
        &mut self,
        section: &Section<'_>,
        store: Option<&StoreSettings>,
    ) -> Option<BenchSettings> {
        let enabled = section.flag("enabled");
        let start = section.integer("start_ms");
        let seed_ids = self.repeatable(&section.integer("seed_ids"), i64::MAX as u64, enabled);
        let mut start_ms = self.repeatable(&start, START_MS_MAX, enabled);
        if let (Some(Some(_)), Some(StoreKind::Journal)) = (start_ms, store.map(|it| it.kind)) {
            // A later process would give the same numbers to other rooms.
            let problem = format!("{}, must be 0 with store.kind \"journal\"", start.value);
            start_ms = self.refuse(&start, problem);
        }
        let fault_header = section.flag("fault_header");
        let seed = self.seed(&section.text("seed"));
        let snapshots_bytes = self.size(&section.text("snapshots"), SNAPSHOTS_BYTES_MAX);
        Some(BenchSettings {
            enabled,
            fault_header,
            seed_ids: seed_ids?,
            start_ms: start_ms?,
            seed: seed?,
            snapshots_bytes: snapshots_bytes?,
        })
    }

    /// Nothing, no seed, or a file. Whether it is good is seen at the start.
    fn seed(&mut self, field: &Field<'_, &str>) -> Option<Option<PathBuf>> {
        if field.value.is_empty() {
            return Some(None);
        }
        match length(field.value, SEED_PATH_BYTES_MAX) {
            Ok(()) => Some(Some(field.value.into())),
            Err(problem) => self.refuse(field, problem),
        }
    }

    /// A number that makes a run repeatable; 0 is none.
    fn repeatable(
        &mut self,
        field: &Field<'_, i64>,
        at_most: u64,
        enabled: bool,
    ) -> Option<Option<u64>> {
        match u64::try_from(field.value) {
            Ok(0) => Some(None),
            Ok(_) if !enabled => {
                self.refuse(field, format!("{}, must be 0 without bench.enabled", field.value))
            }
            Ok(number) if number <= at_most => Some(Some(number)),
            _ => self.refuse(field, format!("{}, must be 0 to {at_most}", field.value)),
        }
    }

    fn log(&mut self, section: &Section<'_>, auto: AccessLog) -> Option<LogSettings> {
        let words = [AccessLog::Off, AccessLog::Failures, AccessLog::All].map(|a| (a.as_str(), a));
        let words: Vec<_> = [("auto", auto)].into_iter().chain(words).collect();
        Some(LogSettings { access: self.word(&section.text("access"), &words)? })
    }

    fn store(&mut self, section: &Section<'_>) -> Option<StoreSettings> {
        let words = [StoreKind::Memory, StoreKind::Journal].map(|kind| (kind.as_str(), kind));
        let kind = self.word(&section.text("kind"), &words);
        let path = section.text("path");
        let path = match length(path.value, STORE_PATH_BYTES_MAX) {
            Ok(()) => Some(path.value.into()),
            Err(problem) => self.refuse(&path, problem),
        };
        Some(StoreSettings { kind: kind?, path: path? })
    }

    fn apps(&mut self, sections: &[Section<'_>]) -> Option<Vec<AppSettings>> {
        let mut sound = true;
        if let Some(first_too_many) = sections.get(APPS_MAX) {
            let field = first_too_many.integer("sdkappid");
            let problem = format!("{} apps, must be at most {APPS_MAX}", sections.len());
            self.faults.push("app", problem, field.origin);
            sound = false;
        }
        let mut seen = BTreeMap::new();
        for section in sections {
            let field = section.integer("sdkappid");
            // Two that are out of their limits are each one's own fault.
            let Some(id) = u32::try_from(field.value).ok().filter(|&id| id != 0) else { continue };
            if let Some(first) = seen.insert(id, section.key()) {
                let problem = format!("{id}, is that of {first} already");
                self.faults.push_first(&field.key, problem, field.origin);
                sound = false;
            }
        }
        let apps: Vec<_> = sections.iter().map(|section| self.app(section)).collect();
        let apps = apps.into_iter().collect::<Option<Vec<_>>>();
        apps.filter(|_| sound)
    }

    fn app(&mut self, section: &Section<'_>) -> Option<AppSettings> {
        let sdkappid = self.number(&section.integer("sdkappid"), 1..=u32::MAX);
        let secret_keys = self.secret_keys(&section.list("secret_keys"));
        let admins = self.admins(&section.list("admins"));
        let calls = self.number(&section.integer("total_calls_per_second"), 0..=u32::MAX);
        let room = self.room(&section.section("room"));
        let chat = self.chat(&section.section("chat"));
        let zego = self.zego(&section.section("zego"));
        let callback = self.callback(&section.section("callback"));
        Some(AppSettings {
            sdkappid: sdkappid?,
            secret_keys: secret_keys?,
            admins: admins?,
            strict: section.flag("strict"),
            unlimited: section.flag("unlimited"),
            total_calls_per_second: calls?,
            room: room?,
            chat: chat?,
            zego: zego?,
            callback: callback?,
        })
    }

    fn room(&mut self, section: &Section<'_>) -> Option<RoomSettings> {
        let words =
            [OwnerRoleName::Owner, OwnerRoleName::RoomOwner].map(|name| (name.as_str(), name));
        let owner_role_name = self.word(&section.text("owner_role_name"), &words);
        let ceiling = section.integer("member_ceiling");
        let members = section.integer("max_member_count");
        let max_member_count = self.number(&members, 1..=u32::MAX);
        let mut member_ceiling = self.number(&ceiling, 1..=u32::MAX);
        if let (Some(at_least), Some(ceiling_value)) = (max_member_count, member_ceiling)
            && ceiling_value < at_least
        {
            let limit = format!("at least {}, which is {at_least}", members.key);
            // Whoever raised the count need not have written the ceiling: both are to blame.
            let origin = ceiling.written_origin().unwrap_or(members.origin);
            self.faults.push_first(
                &ceiling.key,
                format!("{ceiling_value}, must be {limit}"),
                origin,
            );
            member_ceiling = None;
        }
        let max_seat_count = self.number(&section.integer("max_seat_count"), 1..=SEAT_COUNT_MAX);
        let max_admin_count = self.number(&section.integer("max_admin_count"), 1..=u32::MAX);
        let max_robot_count = self.number(&section.integer("max_robot_count"), 0..=u32::MAX);
        let reclaim_after = self.duration(&section.text("reclaim_after"), RECLAIM_AFTER_MAX);
        Some(RoomSettings {
            rules: RoomRules {
                owner_is_member: section.flag("owner_is_member"),
                max_member_count: max_member_count?,
                member_ceiling: member_ceiling?,
                max_seat_count: max_seat_count?,
                max_admin_count: max_admin_count?,
                max_robot_count: max_robot_count?,
                reclaim_after_ms: u64::try_from(reclaim_after?.as_millis().max(1))
                    .expect("a year is some milliseconds"),
            },
            owner_role_name: owner_role_name?,
        })
    }

    fn address(&mut self, field: &Field<'_, &str>) -> Option<SocketAddr> {
        field.value.parse().ok().or_else(|| {
            let value = quoted(field.value);
            let wanted = "an IP address and a port such as \"127.0.0.1:8080\"";
            self.refuse(field, format!("{value}, must be {wanted}"))
        })
    }

    fn size(&mut self, field: &Field<'_, &str>, bytes_max: u64) -> Option<u64> {
        let Some(bytes) = parse_bytes(field.value) else {
            let value = quoted(field.value);
            return self.refuse(field, format!("{value}, must be a size such as \"1 MiB\""));
        };
        if !(1..=bytes_max).contains(&bytes) {
            let (value, most) = (print_bytes(bytes), print_bytes(bytes_max));
            return self.refuse(field, format!("{value}, must be 1 B to {most}"));
        }
        Some(bytes)
    }

    fn duration(&mut self, field: &Field<'_, &str>, at_most: Duration) -> Option<Duration> {
        let Some(duration) = parse_duration(field.value) else {
            let value = quoted(field.value);
            return self.refuse(field, format!("{value}, must be a duration such as \"3s\""));
        };
        if duration.is_zero() || duration > at_most {
            let (value, most) = (print_duration(duration), print_duration(at_most));
            let problem = format!("{value}, must be more than 0s and at most {most}");
            return self.refuse(field, problem);
        }
        Some(duration)
    }

    fn number(&mut self, field: &Field<'_, i64>, limits: RangeInclusive<u32>) -> Option<u32> {
        u32::try_from(field.value).ok().filter(|number| limits.contains(number)).or_else(|| {
            let (least, most) = limits.into_inner();
            let value = match field.written_origin() {
                Some(_) => field.value.to_string(),
                None => "not set".to_owned(),
            };
            self.refuse(field, format!("{value}, must be {least} to {most}"))
        })
    }

    fn word<T: Copy>(&mut self, field: &Field<'_, &str>, words: &[(&str, T)]) -> Option<T> {
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == field.value) {
            return Some(*meaning);
        }
        let known: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        let value = quoted(field.value);
        self.refuse(field, format!("{value}, must be {}", known.join(" or ")))
    }

    fn secret_keys(&mut self, field: &Field<'_, Vec<&str>>) -> Option<Vec<Secret>> {
        self.count(field, "keys", 1..=SECRET_KEYS_MAX)?;
        self.each(field, |key| {
            if key == HIDDEN {
                return Err(hidden());
            }
            // White space alone is what an empty file or variable leaves behind.
            if key.trim().is_empty() {
                return Err(format!("empty, must be 1 to {SECRET_BYTES_MAX} bytes"));
            }
            length(key, SECRET_BYTES_MAX)?;
            Ok(Secret::new(key))
        })
    }

    /// Nothing, no token, or one.
    fn token(&mut self, field: &Field<'_, &str>, bytes_max: usize) -> Option<Option<Secret>> {
        let token = field.value;
        if token.is_empty() {
            return Some(None);
        }
        let checked = if token == HIDDEN {
            Err(hidden())
        } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Err("must be visible ASCII characters without spaces".to_owned())
        } else {
            length(token, bytes_max)
        };
        match checked {
            Ok(()) => Some(Some(Secret::new(token))),
            Err(problem) => self.refuse(field, problem),
        }
    }

    fn admins(&mut self, field: &Field<'_, Vec<&str>>) -> Option<Vec<String>> {
        self.count(field, "accounts", 1..=ADMINS_MAX)?;
        self.each(field, |account| {
            length(account, ADMIN_BYTES_MAX)?;
            if account.chars().any(char::is_control) {
                return Err(format!("{}, must have no control characters", quoted(account)));
            }
            Ok(account.to_owned())
        })
    }

    fn hosts(&mut self, field: &Field<'_, Vec<&str>>) -> Option<Vec<String>> {
        self.count(field, "names", 0..=HOSTS_MAX)?;
        self.each(field, |host| {
            length(host, HOST_BYTES_MAX)?;
            if !is_host(host) {
                let wanted = "a host name or IP address without scheme, port or path";
                return Err(format!("{}, must be {wanted}", quoted(host)));
            }
            // The case of a host name means nothing.
            Ok(host.to_ascii_lowercase())
        })
    }

    fn count<V>(
        &mut self,
        field: &Field<'_, Vec<V>>,
        what: &str,
        limits: RangeInclusive<usize>,
    ) -> Option<()> {
        let count = field.value.len();
        if limits.contains(&count) {
            return Some(());
        }
        let (least, most) = limits.into_inner();
        self.refuse(field, format!("{count} {what}, must be {least} to {most}"))
    }

    /// Each element through a check, and each fault by the element's own key.
    fn each<V: Copy, T>(
        &mut self,
        field: &Field<'_, Vec<V>>,
        check: impl Fn(V) -> Result<T, String>,
    ) -> Option<Vec<T>> {
        let mut checked = Vec::with_capacity(field.value.len());
        for (index, &item) in field.value.iter().enumerate() {
            match check(item) {
                Ok(item) => checked.push(item),
                Err(problem) => {
                    let key = join(&field.key, &index.to_string());
                    self.faults.push_first(&key, problem, field.origin);
                }
            }
        }
        (checked.len() == field.value.len()).then_some(checked)
    }

    fn refuse<V, T>(&mut self, field: &Field<'_, V>, problem: String) -> Option<T> {
        self.faults.push_first(&field.key, problem, field.origin);
        None
    }
}

/// What `guestlist config` prints must not come back as a key that everybody knows.
fn hidden() -> String {
    format!("{HIDDEN:?} stands for a secret, must be the secret itself")
}

fn length(text: &str, bytes_max: usize) -> Result<(), String> {
    match text.len() {
        bytes if (1..=bytes_max).contains(&bytes) => Ok(()),
        bytes => Err(format!("{bytes} bytes, must be 1 to {bytes_max}")),
    }
}

fn is_host(text: &str) -> bool {
    let name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => text.bytes().all(name),
    }
}
