//! Exit codes, and what is printed when the program ends with an error.

use std::io;

use crawler_admin::ListenError;
use crawler_engine::{Finish, StartError};
use crawler_store::StoreError;

use crate::ctl::Refused;
use crate::filter::BadExpr;
use crate::settings::Problems;
use crate::terminal::escape_lines;

/// No open file is left: on the machine, in the process (errno(3), the same on all Linux ports).
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;

/// How the process ends; the numbers are documented in `--help` and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The crawl is finished, or it reached `--max-pages`.
    Done = 0,
    /// Something failed that has no code of its own.
    Failed = 1,
    /// The command line could not be parsed.
    Usage = 2,
    /// The disk is full.
    DiskFull = 3,
    /// A setting or a seed is wrong.
    BadConfig = 4,
    /// Another process uses the data directory.
    Locked = 5,
    /// `crawler doctor` or `crawler verify` found something that must be mended.
    Unsound = 9,
    /// Ended by a signal, after fetches in flight.
    Interrupted = 11,
    /// Ended by a second signal, at once.
    Forced = 13,
    /// `--max-bytes` was reached.
    SizeLimit = 14,
    /// `--max-time` was reached.
    TimeLimit = 15,
    /// The data directory is damaged, or the crawl could not be kept running.
    Fatal = 17,
}

/// All codes with their meaning, for the help.
pub(crate) const EXITS: [(Exit, &str); 12] = [
    (Exit::Done, "finished, or --max-pages reached"),
    (Exit::Failed, "other error"),
    (Exit::Usage, "unknown flag or command"),
    (Exit::DiskFull, "disk full"),
    (Exit::BadConfig, "wrong setting or seed"),
    (Exit::Locked, "output directory in use"),
    (Exit::Unsound, "crawler doctor or verify found a fault"),
    (Exit::Interrupted, "interrupted, fetches in flight ended"),
    (Exit::Forced, "stopped at once by a second signal"),
    (Exit::SizeLimit, "--max-bytes reached"),
    (Exit::TimeLimit, "--max-time reached"),
    (Exit::Fatal, "output directory damaged, or crawl broken down"),
];

impl Exit {
    /// The code of a crawl that ran.
    pub(crate) fn of_finish(finish: &Finish) -> Self {
        match finish {
            Finish::Done | Finish::PageLimit => Self::Done,
            Finish::ByteLimit => Self::SizeLimit,
            Finish::TimeLimit => Self::TimeLimit,
            Finish::Interrupted => Self::Interrupted,
            Finish::Forced => Self::Forced,
            Finish::DiskFull(_) => Self::DiskFull,
            Finish::Failed(_) => Self::Fatal,
        }
    }

    /// The code of an error.
    pub(crate) fn of_error(error: &anyhow::Error) -> Self {
        if error.is::<Problems>() {
            return Self::BadConfig;
        }
        if error.is::<BadExpr>() {
            return Self::Usage;
        }
        if is_disk_full(error) {
            return Self::DiskFull;
        }
        match error.downcast_ref::<StartError>() {
            Some(StartError::Locked { .. }) => Self::Locked,
            Some(StartError::NoSeeds | StartError::Fetch(_) | StartError::OtherRules { .. }) => {
                Self::BadConfig
            }
            // What cannot be opened is not damaged.
            Some(StartError::Frontier(_) | StartError::Store(_)) if Want::of(error).is_some() => {
                Self::Failed
            }
            Some(
                StartError::Frontier(_)
                | StartError::Store(_)
                | StartError::Checkpoint { .. }
                | StartError::LostFrontier { .. },
            ) => Self::Fatal,
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Tells an error with its causes and what to do about it. A reader who closed the pipe is not
/// told anything.
pub(crate) fn print_error(error: &anyhow::Error) {
    if is_broken_pipe(error) {
        return;
    }
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        // Many errors already tell their cause.
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    eprintln!("error: {}", escape_lines(&text));
    if let Some(hint) = hint(error) {
        eprintln!("hint: {}", escape_lines(hint));
    }
}

fn hint(error: &anyhow::Error) -> Option<&str> {
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return refused.hint.as_deref();
    }
    if is_disk_full(error) {
        return Some(
            "make room and run the same command again: the crawl goes on where it stopped",
        );
    }
    match Want::of(error) {
        Some(Want::Permission) => {
            return Some(
                "make the directory and all in it writable for this user, or choose another with \
             --output DIR",
            );
        }
        Some(Want::OpenFiles) => return Some("raise the limit of open files: `ulimit -n 4096`"),
        None => {}
    }
    if error.is::<ListenError>() {
        return Some("choose another address with --admin ADDR:PORT, or do without: --admin off");
    }
    match error.downcast_ref::<StartError>()? {
        StartError::NoSeeds => Some("try `crawler https://example.com/`, or `crawler demo`"),
        StartError::DataDir { .. } => Some("choose a directory of your own with --output DIR"),
        StartError::Frontier(_) | StartError::Store(_) => Some(
            "`crawler repair` mends what can be mended and keeps what it changes; --fresh \
                 deletes the crawl and begins anew",
        ),
        _ => None,
    }
}

/// What the system denied to a program that could do its work otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Permission,
    OpenFiles,
}

impl Want {
    fn of(error: &anyhow::Error) -> Option<Self> {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        error.chain().find_map(|cause| {
            let io = cause.downcast_ref::<io::Error>()?;
            match (io.kind(), io.raw_os_error()) {
                (PermissionDenied | ReadOnlyFilesystem, _) => Some(Self::Permission),
                (_, Some(ENFILE | EMFILE)) => Some(Self::OpenFiles),
                _ => None,
            }
        })
    }
}

fn is_disk_full(error: &anyhow::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    let start = error.downcast_ref::<StartError>().is_some_and(StartError::is_disk_full);
    start
        || error.chain().any(|cause| {
            let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
            let store = cause.downcast_ref::<StoreError>().is_some_and(StoreError::is_disk_full);
            store || matches!(io, Some(StorageFull | QuotaExceeded))
        })
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let is_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(is_pipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_end_has_its_code() {
        let text = String::new;
        for (finish, code) in [
            (Finish::Done, 0),
            (Finish::PageLimit, 0),
            (Finish::ByteLimit, 14),
            (Finish::TimeLimit, 15),
            (Finish::Interrupted, 11),
            (Finish::Forced, 13),
            (Finish::DiskFull(text()), 3),
            (Finish::Failed(text()), 17),
        ] {
            assert_eq!(Exit::of_finish(&finish) as u8, code, "{finish:?}");
        }
    }

    #[test]
    fn every_error_has_its_code() {
        let dir = || std::path::PathBuf::from("crawl");
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let store = |source| {
            let path = std::path::PathBuf::from("crawl/warc");
            StartError::Store(StoreError::Io { action: "open", path, source }).into()
        };
        let problems = Problems { subject: "the seeds", problems: Vec::new() };
        for (error, exit) in [
            (anyhow::Error::new(problems), Exit::BadConfig),
            (StartError::Locked { dir: dir(), pid: Some(7) }.into(), Exit::Locked),
            (StartError::NoSeeds.into(), Exit::BadConfig),
            (StartError::DataDir { dir: dir(), source: full() }.into(), Exit::DiskFull),
            (
                StartError::DataDir { dir: dir(), source: io::Error::other("x") }.into(),
                Exit::Failed,
            ),
            (anyhow::anyhow!("x"), Exit::Failed),
            (store(io::Error::other("x")), Exit::Fatal),
            (store(full()), Exit::DiskFull),
            (store(io::ErrorKind::QuotaExceeded.into()), Exit::DiskFull),
            (store(io::ErrorKind::ReadOnlyFilesystem.into()), Exit::Failed),
            (store(io::Error::from_raw_os_error(EMFILE)), Exit::Failed),
        ] {
            assert_eq!(Exit::of_error(&error), exit, "{error}");
        }
    }

    #[test]
    fn what_the_system_denies_is_told_with_its_mend() {
        let hint = |source: io::Error| {
            hint(&StartError::DataDir { dir: "crawl".into(), source }.into()).unwrap().to_owned()
        };
        for (source, mend) in [
            (io::ErrorKind::PermissionDenied.into(), "writable"),
            (io::ErrorKind::ReadOnlyFilesystem.into(), "writable"),
            (io::ErrorKind::StorageFull.into(), "make room"),
            (io::Error::from_raw_os_error(ENFILE), "ulimit"),
            (io::ErrorKind::NotADirectory.into(), "--output"),
        ] {
            let text = source.to_string();
            assert!(hint(source).contains(mend), "{text}");
        }
    }

    #[test]
    fn the_help_lists_codes_in_order_and_once() {
        let codes: Vec<u8> = EXITS.iter().map(|(exit, _)| *exit as u8).collect();
        assert!(codes.is_sorted_by(|a, b| a < b));
    }
}
