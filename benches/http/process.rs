//! What a process costs, as Linux counts it.

use std::fs;
use std::path::Path;

/// The thread that sends guestlist's callbacks, by its name. No request waits for it.
const SENDER: &str = "callbacks";

/// Whether this machine counts what is measured here.
///
/// # Errors
/// What it lacks.
pub(crate) fn can_measure() -> Result<(), &'static str> {
    let counts = Path::new("/proc/self/schedstat").exists();
    counts.then_some(()).ok_or("this bench reads /proc/<pid>/task/*/schedstat, which Linux has")
}

/// The processor time that all threads of a process have spent, but for the sender's, in
/// nanoseconds.
///
/// A server has a fixed set of threads while it is measured, so none is lost by ending.
pub(crate) fn cpu_ns(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    let of_task = |task: std::io::Result<fs::DirEntry>| {
        let task = task.expect("a thread").path();
        let read = |file| fs::read_to_string(task.join(file)).expect("the thread runs");
        if read("comm").trim_end() == SENDER {
            return 0;
        }
        let text = read("schedstat");
        let spent = text.split(' ').next().and_then(|first| first.parse::<u64>().ok());
        spent.expect("the first number is the time on a processor")
    };
    tasks.map(of_task).sum()
}

/// The memory that a process has in use, in bytes, code included.
pub(crate) fn resident_bytes(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.expect("a line with kB") * 1024
}
