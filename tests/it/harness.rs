//! A directory for each test, and the binary run in it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crawler_testweb::WebServer;
use tempfile::TempDir;

/// Whatever takes longer than this hangs.
const PATIENCE: Duration = Duration::from_secs(40);
/// How often a condition is looked at.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Waits until `look` finds something.
pub(crate) fn until<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    until_or(what, PATIENCE, look, String::new)
}

/// The same; `explain` tells more when it was in vain.
fn until_or<T>(
    what: &str,
    patience: Duration,
    mut look: impl FnMut() -> Option<T>,
    explain: impl Fn() -> String,
) -> T {
    let begun_at = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        let is_late = begun_at.elapsed() >= patience;
        assert!(!is_late, "waited {patience:?} in vain for: {what}\n{}", explain());
        std::thread::sleep(POLL_INTERVAL);
    }
}

/// Checks all cases at once: most of their time is waiting.
pub(crate) fn at_once<T: Sync>(cases: &[T], check: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        let check = &check;
        let threads: Vec<_> = cases.iter().map(|case| scope.spawn(move || check(case))).collect();
        let n_failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
        assert_eq!(n_failed, 0, "cases failed; see above");
    });
}

/// The binary beside this test's own: `target/PROFILE/deps/it-…` and `target/PROFILE/crawler`.
fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let path = own.parent().unwrap().parent().unwrap().join("crawler");
    assert!(
        path.is_file(),
        "{} is missing: run `cargo build -p crawler` first, as `make test` does",
        path.display()
    );
    path
}

/// A working directory of its own for one test; crawls go into `crawl` below it.
pub(crate) struct Place {
    dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The data directory of [`Place::crawl`].
    pub(crate) fn data(&self) -> PathBuf {
        self.path("crawl")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// `crawler ARGS`, with nothing of this process's settings.
    pub(crate) fn crawler<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        let mut command = Command::new(binary());
        command.current_dir(self.dir.path()).args(args);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CRAWLER_") {
                command.env_remove(name);
            }
        }
        Run { command, stdin: String::new() }
    }

    /// A fast crawl of all hosts of a web into `crawl`; `args` win over the usual flags.
    pub(crate) fn crawl(&self, server: &WebServer, args: &[&str]) -> Run {
        self.write("seeds.txt", &server.seeds().join("\n"));
        self.crawl_from(server, &[&["--seeds", "seeds.txt"], args].concat())
    }

    /// The same without seeds.
    pub(crate) fn crawl_from(&self, server: &WebServer, args: &[&str]) -> Run {
        self.command_from(&[], server, args)
    }

    /// A command that takes the options of a crawl.
    pub(crate) fn command_from(&self, command: &[&str], server: &WebServer, args: &[&str]) -> Run {
        let mut run = self.crawler([command, &FAST].concat());
        if let Some(addr) = server.dns_addr() {
            run.command.args(["--dns-server", &addr.to_string()]);
        }
        if let Some(path) = server.ca_pem_path() {
            run.command.arg("--ca-file").arg(path);
        }
        run.command.args(args);
        run
    }
}

/// No politeness beyond what the web asks for.
const FAST: [&str; 15] = [
    "--allow-private",
    "--delay",
    "0",
    "--ip-delay",
    "0",
    "--ip-concurrency",
    "64",
    "--workers",
    "2",
    "--progress",
    "off",
    "--sitemaps",
    "off",
    "--output",
    "crawl",
];

/// A command line about to be run.
pub(crate) struct Run {
    command: Command,
    stdin: String,
}

impl Run {
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With this many open files allowed at most.
    pub(crate) fn open_files(self, n: u32) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("ulimit -n {n} && exec \"$0\" \"$@\"")]);
        command.arg(self.command.get_program()).args(self.command.get_args());
        if let Some(dir) = self.command.get_current_dir() {
            command.current_dir(dir);
        }
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Self { command, stdin: self.stdin }
    }

    pub(crate) fn stdin(mut self, text: &str) -> Self {
        text.clone_into(&mut self.stdin);
        self
    }

    /// Runs it to its end, which must have this exit code.
    pub(crate) fn ends(self, code: i32) -> Ended {
        self.start().ends(code)
    }

    /// Runs it beside the test.
    pub(crate) fn start(mut self) -> Running {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A child that ends without reading has closed the pipe.
        let _ = child.stdin.take().unwrap().write_all(self.stdin.as_bytes());
        let mut stdout = child.stdout.take().unwrap();
        let stdout = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            stdout.read_to_end(&mut bytes).unwrap();
            bytes
        });
        let stderr = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let shared_log = Arc::clone(&log);
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines() {
                let mut log = shared_log.lock().unwrap();
                log.push_str(&line.unwrap());
                log.push('\n');
            }
        });
        Running { child, stdout: Some(stdout), reader: Some(reader), log }
    }
}

/// A process beside the test; dropping it kills it.
pub(crate) struct Running {
    child: Child,
    stdout: Option<JoinHandle<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    log: Arc<Mutex<String>>,
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name without SIG.
    pub(crate) fn signal(&self, name: &str) {
        // `kill` is built into every shell; the program of that name need not be installed.
        let line = format!("kill -{name} {}", self.pid());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    }

    /// SIGKILL, and waits until the process is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits until standard error has `text`.
    pub(crate) fn says(&self, text: &str) {
        let what = format!("{text:?} on standard error");
        until_or(&what, PATIENCE, || self.log().contains(text).then_some(()), || self.log());
    }

    /// Waits until standard error has what stands between `before` and `after`.
    pub(crate) fn tells(&self, before: &str, after: &str) -> String {
        let told = || Some(self.log().split_once(before)?.1.split_once(after)?.0.to_owned());
        until_or(before, PATIENCE, told, || self.log())
    }

    pub(crate) fn ends(self, code: i32) -> Ended {
        self.ends_within(code, PATIENCE)
    }

    /// The same, of what takes its time.
    pub(crate) fn ends_within(self, code: i32, patience: Duration) -> Ended {
        let ended = self.ends_any_within(patience);
        let said = format!("{}{}", ended.text(), ended.stderr);
        assert_eq!(ended.code, code, "exit code; it said:\n{said}");
        ended
    }

    /// Whatever its exit code; a panic is never right.
    pub(crate) fn ends_any(self) -> Ended {
        self.ends_any_within(PATIENCE)
    }

    fn ends_any_within(mut self, patience: Duration) -> Ended {
        let log = Arc::clone(&self.log);
        let look = || self.child.try_wait().unwrap();
        let status = until_or("the end of the process", patience, look, || text(&log));
        let stdout = self.stdout.take().unwrap().join().unwrap();
        self.reader.take().unwrap().join().unwrap();
        let stderr = self.log();
        assert!(!stderr.contains("panicked"), "{stderr}");
        let code = status.code().unwrap_or_else(|| panic!("ended by a signal: {status}"));
        Ended { code, stdout, stderr }
    }

    fn log(&self) -> String {
        text(&self.log)
    }
}

fn text(log: &Mutex<String>) -> String {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process left on its standard streams.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The value of a `key: value` line of the statistics block.
    pub(crate) fn stat(&self, key: &str) -> String {
        let text = self.text();
        let mut values = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        values.next().unwrap_or_else(|| panic!("no {key} in:\n{text}")).to_owned()
    }

    pub(crate) fn number(&self, key: &str) -> u64 {
        self.stat(key).parse().unwrap()
    }

    /// Fails unless standard error has all of these.
    pub(crate) fn says(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.stderr.contains(text), "no {text:?} in:\n{}", self.stderr);
        }
        self
    }
}
