//! A connection to one scheme and authority, kept by whoever fetches from it.

use crate::connect::{Alpn, Transport};
use crate::failure::FetchFailure;
use crate::fetcher::Fetcher;
use crate::tee::{Heads, Tee};
use bytes::Bytes;
use crawler_url::{Scheme, WireUrl};
use http_body_util::Empty;
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use tokio::task::JoinSet;

/// The smallest read buffer that hyper takes.
const READ_BUFFER_BYTES_MIN: usize = 8192;

/// An open connection, reusable for the next request to the same scheme and authority. Dropping it
/// closes it.
pub struct Connection {
    scheme: Scheme,
    authority: Box<str>,
    remote: SocketAddr,
    link: Link,
}

/// The protocol side of a connection.
pub(crate) enum Link {
    Http1(Box<Http1>),
    Http2(Http2),
}

/// Driven by the task that fetches: on one thread, a task of its own for each connection would
/// only add wake-ups.
pub(crate) struct Http1 {
    pub(crate) sender: http1::SendRequest<Empty<Bytes>>,
    pub(crate) heads: Heads,
    pub(crate) driver: Driver,
}

pub(crate) struct Http2 {
    pub(crate) sender: http2::SendRequest<Empty<Bytes>>,
    /// Aborted with the connection.
    _tasks: Rc<RefCell<JoinSet<()>>>,
}

/// The state machine behind a [`Http1`]; `None` once it has ended.
pub(crate) struct Driver(Option<http1::Connection<TokioIo<Tee<Transport>>, Empty<Bytes>>>);

impl Connection {
    pub(crate) async fn open(
        fetcher: &Fetcher,
        url: &WireUrl,
        remote: SocketAddr,
        transport: Transport,
        alpn: Alpn,
    ) -> Result<Self, FetchFailure> {
        let opened = match alpn {
            Alpn::Http1 => open_http1(fetcher, transport).await,
            Alpn::Http2 => open_http2(fetcher, transport).await,
        };
        let link = opened.map_err(|error| FetchFailure::from_hyper(&error))?;
        let (scheme, authority) = (url.scheme(), url.authority().into());
        Ok(Self { scheme, authority, remote, link })
    }

    /// Whether it can take another request, as far as is known on this side. Also notices a close
    /// by the server that has arrived meanwhile.
    pub fn is_open(&mut self) -> bool {
        self.poll_open(&mut Context::from_waker(Waker::noop()))
    }

    pub(crate) fn poll_open(&mut self, cx: &mut Context<'_>) -> bool {
        match &mut self.link {
            Link::Http1(http1) => {
                http1.driver.advance(cx);
                http1.driver.0.is_some() && http1.sender.is_ready()
            }
            Link::Http2(http2) => http2.sender.is_ready(),
        }
    }

    /// Whether a request for `url` may go over it.
    pub(crate) fn fits(&self, url: &WireUrl) -> bool {
        self.scheme == url.scheme() && *self.authority == *url.authority()
    }

    /// The vetted address that it leads to.
    #[must_use]
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.scheme == Scheme::Https
    }

    pub(crate) fn link_mut(&mut self) -> &mut Link {
        &mut self.link
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("authority", &self.authority)
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}

impl Link {
    /// Lets the connection read and write what it can; HTTP/2 does so in tasks of its own.
    pub(crate) fn advance(&mut self, cx: &mut Context<'_>) {
        if let Self::Http1(http1) = self {
            http1.driver.advance(cx);
        }
    }
}

impl Driver {
    pub(crate) fn advance(&mut self, cx: &mut Context<'_>) {
        let Some(connection) = &mut self.0 else { return };
        // An error here has been reported to the request or body it concerns.
        if let Poll::Ready(_ended) = Pin::new(connection).poll(cx) {
            self.0 = None;
        }
    }
}

/// Lenient as browsers are: what a server gets wrong in one header line is no reason to lose the
/// page.
async fn open_http1(fetcher: &Fetcher, transport: Transport) -> hyper::Result<Link> {
    let config = fetcher.config();
    let (tee, heads) = Tee::new(transport, config.head_bytes_max);
    let (sender, connection) = http1::Builder::new()
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .title_case_headers(true)
        .writev(false)
        .max_headers(config.headers_max)
        .max_header_size(config.head_bytes_max)
        .max_buf_size(config.head_bytes_max.max(READ_BUFFER_BYTES_MIN))
        .handshake(TokioIo::new(tee))
        .await?;
    Ok(Link::Http1(Box::new(Http1 { sender, heads, driver: Driver(Some(connection)) })))
}

async fn open_http2(fetcher: &Fetcher, transport: Transport) -> hyper::Result<Link> {
    let tasks = Rc::new(RefCell::new(JoinSet::new()));
    let spawner = Spawner(Rc::downgrade(&tasks));
    let head_bytes_max = u32::try_from(fetcher.config().head_bytes_max).unwrap_or(u32::MAX);
    let (sender, connection) = http2::Builder::new(spawner.clone())
        .max_header_list_size(head_bytes_max)
        .handshake(TokioIo::new(transport))
        .await?;
    spawner.execute(connection);
    Ok(Link::Http2(Http2 { sender, _tasks: tasks }))
}

/// Spawns the tasks of an HTTP/2 connection where they end with it.
#[derive(Clone)]
struct Spawner(Weak<RefCell<JoinSet<()>>>);

impl<F: Future + 'static> Executor<F> for Spawner {
    fn execute(&self, task: F) {
        let Some(tasks) = self.0.upgrade() else { return };
        let mut tasks = tasks.borrow_mut();
        while tasks.try_join_next().is_some() {}
        tasks.spawn_local(async move {
            task.await;
        });
    }
}
