//! A server on loopback that answers as a test says, and remembers what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};

/// A request as it came.
pub(super) struct Request {
    pub(super) line: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// The value of a header, named in lower case; empty if there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A server that gives one answer after the other, the last one for ever.
pub(super) struct Server {
    pub(super) addr: SocketAddr,
    pub(super) requests: Receiver<Request>,
}

impl Server {
    /// Answers are a status line's end and header lines: `503 Busy\r\nRetry-After: 0`.
    pub(super) fn new(answers: &'static [&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (to, requests) = channel();
        std::thread::spawn(move || {
            let mut answers = answers.iter().chain(std::iter::repeat(answers.last().unwrap()));
            while let Ok((stream, _)) = listener.accept() {
                if answer(&stream, answers.next().unwrap(), &to).is_none() {
                    return;
                }
            }
        });
        Self { addr, requests }
    }
}

fn answer(mut stream: &TcpStream, head: &str, to: &Sender<Request>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let header = |line: &String| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_lowercase(), value.to_owned()))
    };
    let headers: Vec<_> = lines.iter().skip(1).filter_map(header).collect();
    let mut request = Request { line: lines.swap_remove(0), headers, body: Vec::new() };
    request.body.resize(request.header("content-length").parse().unwrap_or(0), 0);
    reader.read_exact(&mut request.body).ok()?;
    let said = "as\n  told";
    let length = said.len();
    let answer =
        format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{said}");
    // Remembered before it is answered: who has the answer finds the request.
    to.send(request).ok()?;
    stream.write_all(answer.as_bytes()).ok()
}
