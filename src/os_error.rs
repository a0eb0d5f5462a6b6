//! What the system refused, in words: a file, or what it has none left of.

use std::io::{self, ErrorKind};

/// What became of a file, or of a port.
#[must_use]
pub fn in_words(error: &io::Error) -> String {
    if let Some(shortage) = shortage(error) {
        return shortage.to_owned();
    }
    match error.kind() {
        ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "this process has no right to".to_owned(),
        ErrorKind::AlreadyExists => "something of that name is there already".to_owned(),
        ErrorKind::NotADirectory => "one of its folders is no folder".to_owned(),
        ErrorKind::IsADirectory => "it is a folder".to_owned(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the disk can only be read".to_owned(),
        ErrorKind::InvalidFilename => "its name is empty or too long".to_owned(),
        ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        ErrorKind::AddrInUse => "something listens there already".to_owned(),
        ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
        ErrorKind::InvalidInput => "its name holds a NUL".to_owned(),
        _ => error.to_string(),
    }
}

/// What this machine has none left of.
pub fn shortage(error: &io::Error) -> Option<&'static str> {
    Some(match error.raw_os_error()? {
        libc::EMFILE => {
            "the process has no file descriptors left; raise its limit (ulimit -n), or find what it does not close"
        }
        libc::ENFILE => "the system has no file descriptors left; find who does not close them",
        libc::ENOMEM | libc::ENOBUFS => "the system has no memory left",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_descriptor_is_left_for_is_not_blamed_on_its_path() {
        let words = in_words(&io::Error::from_raw_os_error(libc::EMFILE));
        assert!(words.contains("no file descriptors left"), "{words}");
        let words = in_words(&std::fs::File::open("a\0b").unwrap_err());
        assert_eq!(words, "its name holds a NUL");
        let words = in_words(&std::fs::File::open("a".repeat(5000)).unwrap_err());
        assert_eq!(words, "its name is empty or too long");
    }
}
