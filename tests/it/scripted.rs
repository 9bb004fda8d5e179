//! A server that says exactly what a test wants, and remembers when it was asked.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How often the listener looks whether the test is over.
const STOP_POLL: Duration = Duration::from_millis(5);

/// When it was asked.
type Log = Arc<Mutex<Vec<Instant>>>;

/// Listens until it is dropped; one thread answers one connection after the other.
pub(crate) struct Scripted {
    addr: SocketAddr,
    log: Log,
    stop: Arc<std::sync::atomic::AtomicBool>,
}

impl Scripted {
    /// `answer` is given the number of requests before and the request target; it says the whole
    /// response; nothing closes the connection.
    pub(crate) fn new(answer: impl Fn(usize, &str) -> String + Send + 'static) -> Self {
        Self::at("127.0.0.1", answer)
    }

    /// The same at another address of this machine.
    pub(crate) fn at(addr: &str, answer: impl Fn(usize, &str) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind((addr, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let addr = listener.local_addr().unwrap();
        let (log, stop) = (Log::default(), Arc::default());
        let server = Self { addr, log: Arc::clone(&log), stop: Arc::clone(&stop) };
        std::thread::spawn(move || {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                match listener.accept() {
                    Ok((stream, _)) => serve(&stream, &log, &answer),
                    Err(_) => std::thread::sleep(STOP_POLL),
                }
            }
        });
        server
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.addr)
    }

    /// The times of all requests so far.
    pub(crate) fn asked(&self) -> Vec<Instant> {
        self.log.lock().unwrap().clone()
    }

    /// The pauses between the requests, in milliseconds.
    pub(crate) fn pauses_ms(&self) -> Vec<u128> {
        let asked = self.asked();
        asked.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

/// A response with these header lines, each ended by CRLF.
pub(crate) fn response(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Said\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn serve(mut stream: &TcpStream, log: &Log, answer: &impl Fn(usize, &str) -> String) {
    let at = Instant::now();
    stream.set_nonblocking(false).unwrap();
    let mut head = Vec::new();
    let mut buffer = [0; 4096];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => head.extend_from_slice(&buffer[..n]),
            _ => return,
        }
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let n_before = {
        let mut log = log.lock().unwrap();
        log.push(at);
        log.len() - 1
    };
    // The crawler may have gone.
    let _ = stream.write_all(answer(n_before, &target).as_bytes());
}
