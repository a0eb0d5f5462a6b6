//! Processes of this machine, by a name that outlives them: who holds a lease, and who a lock.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Where in a shared-memory file the lock of the writer lies.
const WRITER_LOCK: &str = "120";
/// How often the system is asked who holds it.
const LOOKS: u32 = 3;

/// This process: the machine's boot, the namespace of process ids, the id, and when it started. Empty where the system
/// does not say.
pub fn this_process() -> String {
    name_of(&std::process::id().to_string()).unwrap_or_default()
}

fn name_of(process: &str) -> Option<String> {
    Some(format!("{}/{process}/{}", machine()?, started(process)?))
}

/// The boot and the namespace: elsewhere the same process id is somebody else's.
fn machine() -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{}/{}", boot.trim(), namespace.to_str()?))
}

/// What /proc says of a process from its state on; its name before that may hold anything.
fn stat(process: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    Some(stat.rsplit_once(") ")?.1.to_owned())
}

fn started(process: &str) -> Option<String> {
    stat(process)?.split(' ').nth(19).map(str::to_owned)
}

/// Whether the process of this name surely is no more. One of another machine, boot or namespace may live.
pub fn is_dead(holder: &str) -> bool {
    let on_this_machine = machine().and_then(|machine| holder.strip_prefix(&machine)?.strip_prefix('/'));
    on_this_machine.and_then(|process| process.split_once('/')).is_some_and(|(process, when)| {
        // One that ended and was not waited for yet still has its place.
        started(process).is_none_or(|started| started != when) || stat(process).is_some_and(|it| it.starts_with('Z'))
    })
}

/// Who holds the lock of the SQLite store at `path`, in words, where the system tells.
pub fn of_lock(path: &Path) -> Option<String> {
    let shared_memory = fs::metadata(super::file::beside(path, "-shm")).ok()?.ino().to_string();
    // The list is read in pieces, and a lock that is freed meanwhile can make it pass over another.
    let process = (0..LOOKS).find_map(|_| writer_of(&fs::read_to_string("/proc/locks").ok()?, &shared_memory))?;
    let stopped = stat(&process).is_some_and(|stat| stat.starts_with('T'));
    Some(format!("process {process}{}", if stopped { ", which is stopped" } else { "" }))
}

/// The process that holds the writer's lock in the file of that inode.
fn writer_of(locks: &str, shared_memory: &str) -> Option<String> {
    locks.lines().find_map(|line| {
        let mut fields = line.split_whitespace().skip(3);
        let (kind, process, place, start) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let inode = place.rsplit(':').next()?;
        (kind == "WRITE" && inode == shared_memory && start == WRITER_LOCK).then(|| process.to_owned())
    })
}
