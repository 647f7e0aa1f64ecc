//! The folders of servers, and those where they come from.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::pipe::Pipe;

/// A folder that is gone when this process is.
pub struct Folder {
    path: PathBuf,
    _guard: Pipe,
}

impl Folder {
    pub fn temporary() -> Self {
        Self::at(env::temp_dir().join(unique()))
    }

    pub(super) fn at(path: PathBuf) -> Self {
        // A server that is being killed may still write to it.
        let script = "cat; for _ in 1 2 3 4 5; do rm -rf \"$1\" && break; sleep 1; done";
        let guard = Pipe::open(script, [&path]);
        fs::create_dir_all(&path).expect("make a folder");
        Self { path, _guard: guard }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// `target/tmp`, from where cargo put this very program.
pub fn build_folder() -> PathBuf {
    let program = env::current_exe().expect("a path of this program");
    // cargo tags a folder that it has made itself, and not one that was there before.
    let is_target = |folder: &&Path| {
        [".rustc_info.json", "CACHEDIR.TAG"].iter().any(|file| folder.join(file).is_file())
    };
    let target = program.ancestors().find(is_target).expect("a program in cargo's target folder");
    target.join("tmp")
}

/// A name that no other folder of this machine's processes has.
pub(super) fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("quicksight-{}-{number}", std::process::id())
}
