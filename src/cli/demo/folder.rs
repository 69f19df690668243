//! The demo's own folder: made anew each time, and never somebody's real data.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// The file that says what the folder is. Locked while a demo runs in it.
const MARK: &str = "this-is-a-demo";

/// What a demo leaves behind.
const FILES: [&str; 8] = [
    "hound.db",
    "hound.db-wal",
    "hound.db-shm",
    "sandbox.db",
    "sandbox.db-wal",
    "sandbox.db-shm",
    "signing.key",
    super::ending::HEADER_FILE,
];

/// Makes the folder, or empties it of an earlier demo. It stays the caller's until the mark is dropped.
///
/// # Errors
/// A sentence for a person when it is not a demo's, or one runs there.
pub(super) fn prepare(folder: &Path) -> Result<File, String> {
    let shown = folder.display();
    let fault = |error: std::io::Error| format!("cannot use {shown} for the demo: {error}");
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() && !folder.join(MARK).is_file() {
                return Err(format!(
                    "{shown} holds something that is not a demo, and is left alone; name another place with --data-dir"
                ));
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fault)?;
        }
        Err(error) => return Err(fault(error)),
    }
    let mark = OpenOptions::new().create(true).append(true).open(folder.join(MARK)).map_err(fault)?;
    match mark.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(format!("another demo is running in {shown}; stop it, or name another place with --data-dir"));
        }
        Err(TryLockError::Error(error)) => return Err(fault(error)),
    }
    for name in FILES {
        gone(fs::remove_file(folder.join(name))).map_err(fault)?;
    }
    gone(fs::remove_dir_all(folder.join("mail"))).map_err(fault)?;
    Ok(mark)
}

fn gone(removed: std::io::Result<()>) -> std::io::Result<()> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_earlier_demo_is_removed() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("data/demo");
        let mark = prepare(&folder).expect("a new folder");
        fs::write(folder.join("hound.db"), "old").expect("written");
        fs::write(folder.join("notes.txt"), "mine").expect("written");
        fs::create_dir_all(folder.join("mail/sandbox")).expect("made");
        assert!(prepare(&folder).expect_err("it runs").contains("another demo is running"));
        drop(mark);
        drop(prepare(&folder).expect("again"));
        assert!(!folder.join("hound.db").exists() && !folder.join("mail").exists());
        assert!(folder.join("notes.txt").exists());
    }

    #[test]
    fn anything_else_is_left_alone() {
        let home = tempfile::tempdir().expect("a folder");
        fs::write(home.path().join("hound.db"), "real").expect("written");
        assert!(prepare(home.path()).expect_err("not a demo").contains("left alone"));
        assert!(prepare(&home.path().join("hound.db")).is_err());
        assert_eq!(fs::read_dir(home.path()).expect("a folder").count(), 1);
    }
}
