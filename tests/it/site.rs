//! A site of a few pages written by the test, for what a generated web does not have.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

/// What a site answers for a path and query: further header lines, and the body of an HTML page.
pub(crate) type Page = dyn Fn(&str) -> Option<(String, String)> + Send + Sync;

/// Serves `page` on loopback until the process ends; what it has not is 404, as is robots.txt.
pub(crate) fn serve_site(
    page: impl Fn(&str) -> Option<(String, String)> + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = listener.local_addr().unwrap();
    let page: Arc<Page> = Arc::new(page);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let page = Arc::clone(&page);
            std::thread::spawn(move || answer(stream, &*page));
        }
    });
    addr
}

/// Answers one request; a client that goes away is no failure.
fn answer(mut stream: TcpStream, page: &Page) {
    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let target = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let (status, (headers, body)) = match page(target) {
        Some(found) => ("200 OK", found),
        None => ("404 Not Found", (String::new(), String::new())),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {}\r\n{headers}Connection: \
         close\r\n\r\n{body}",
        body.len()
    );
}
