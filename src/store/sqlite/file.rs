//! The file of an SQLite store: where it may lie, and who may read it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::answer::Error;
use crate::os_error::in_words;
use crate::store::sql::failed;

/// File systems on which locks or shared memory do not hold what SQLite needs.
const REFUSED: [&str; 11] =
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "9p", "ceph", "fuse", "fuseblk", "virtiofs"];
const OWNER_ALONE: u32 = 0o600;

/// What is wrong with a path that names no file, if it does not: the rest of a sentence that begins with its name.
pub fn fault(path: &str) -> Option<String> {
    const REMEDY: &str = "name a file, such as sqlite:/var/lib/app/contactway.db";
    if path.is_empty() || path == ":memory:" {
        return Some(format!("must {REMEDY}"));
    }
    let is_file = fs::metadata(path).map_or(!path.ends_with('/'), |there| there.is_file());
    (!is_file).then(|| format!("is no file: {path}; {REMEDY}"))
}

/// The one name of the file at `path`, which need not exist.
pub fn absolute(path: &str) -> Result<PathBuf, Error> {
    if let Ok(whole) = fs::canonicalize(path) {
        return Ok(whole);
    }
    let path = Path::new(path);
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let directory = fs::canonicalize(directory).map_err(|error| {
        failed(format!(
            "the store's directory {} cannot be used: {}; make it, or name another",
            directory.display(),
            in_words(&error)
        ))
    })?;
    match path.file_name() {
        Some(name) => Ok(directory.join(name)),
        None => Err(failed(format!("the store {} is no file; name one in it", path.display()))),
    }
}

/// `path` with `suffix` behind its name.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes the file unless it is there, for its owner alone, on a file system that will do.
pub fn prepare(path: &Path) -> Result<(), Error> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    if let Some(kind) = file_system(path, &mounts).filter(|kind| is_refused(kind)) {
        return Err(failed(format!(
            "the store {} lies on {kind}, where SQLite's locks do not hold; put it on a local disk, or use postgres://",
            path.display()
        )));
    }
    let mine = |error: &io::Error| failed(explain(path, error));
    match OpenOptions::new().write(true).create_new(true).mode(OWNER_ALONE).open(path) {
        Ok(file) => {
            file.set_permissions(fs::Permissions::from_mode(OWNER_ALONE)).map_err(|error| mine(&error))?;
            let directory = path.parent().unwrap_or(Path::new("/"));
            // A new name is on the disk only when its directory is.
            File::open(directory).and_then(|directory| directory.sync_all()).map_err(|error| mine(&error))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => hide(path),
        Err(error) => Err(mine(&error)),
    }
}

/// Takes from others what they may do with the file, its side files included: it holds tokens.
fn hide(path: &Path) -> Result<(), Error> {
    for path in [path.to_owned(), beside(path, "-wal"), beside(path, "-shm")] {
        let Ok(found) = fs::metadata(&path) else { continue };
        if !found.is_file() {
            return Err(failed(format!("the store {} is no file; name another", path.display())));
        }
        if found.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(&path, fs::Permissions::from_mode(OWNER_ALONE)).map_err(|error| {
                let (path, why) = (path.display(), in_words(&error));
                failed(format!("others than its owner may read the store {path}: {why}; chmod 600 it, as its owner"))
            })?;
        }
    }
    Ok(())
}

fn explain(path: &Path, error: &io::Error) -> String {
    let what = path.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied => format!(
            "the store {what} cannot be made: this process may not write to its directory; let it, or name another"
        ),
        io::ErrorKind::ReadOnlyFilesystem => {
            format!(
                "the store {what} cannot be made: its file system is read-only; name a place that can be written to"
            )
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            format!("the store {what} cannot be made: the disk is full; make room")
        }
        _ => format!("the store {what} cannot be made: {}", in_words(error)),
    }
}

/// The kind of file system that `path` lies on, by the mounts of this process.
fn file_system<'m>(path: &Path, mounts: &'m str) -> Option<&'m str> {
    let mounted = mounts.lines().filter_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        let point = unescaped(mount.split(' ').nth(4)?);
        path.starts_with(&point).then_some((point.len(), source.split(' ').next()?))
    });
    // The longest; of several at one place the last covers the others.
    mounted.max_by_key(|(length, _)| *length).map(|(_, kind)| kind)
}

/// A mount point as mountinfo writes it, with `\040` for a space.
fn unescaped(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (escape, meant)| text.replace(escape, meant))
}

fn is_refused(kind: &str) -> bool {
    REFUSED.contains(&kind) || kind.starts_with("fuse.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_by_the_mount_that_covers_the_file() {
        let mounts = "21 1 8:1 / / rw shared:1 - ext4 /dev/sda1 rw\n\
                      30 21 0:40 / /srv rw - tmpfs tmpfs rw\n\
                      31 30 0:41 / /srv/our\\040share rw - nfs4 host:/share rw\n\
                      32 21 0:42 / /home rw - ext4 /dev/sdb rw\n\
                      33 32 0:43 / /home rw - fuse.sshfs host: rw\n";
        for (path, kind, refused) in [
            ("/var/lib/a.db", "ext4", false),
            ("/srv/a.db", "tmpfs", false),
            ("/srv/our share/a.db", "nfs4", true),
            ("/srvother/a.db", "ext4", false),
            ("/home/me/a.db", "fuse.sshfs", true),
        ] {
            assert_eq!(file_system(Path::new(path), mounts), Some(kind), "{path}");
            assert_eq!(is_refused(kind), refused, "{kind}");
        }
    }
}
