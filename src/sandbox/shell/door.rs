//! A host's listener, which can be closed for a while and opened again at the same port.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Desk;

/// How soon a change of the timeline shows at the door.
const GLANCE: Duration = Duration::from_millis(50);
/// Connections that wait to be accepted.
const BACKLOG: u32 = 256;

/// A port that is kept for one host, whether or not anybody listens at it.
pub(in crate::sandbox) struct Door {
    desk: Arc<Desk>,
    host: usize,
    address: SocketAddr,
    /// Bound and never listening: it keeps the port while the host is down.
    _keeper: TcpSocket,
    listener: Option<TcpListener>,
    /// Ends, with its sender, when the sandbox stops.
    stop: watch::Receiver<()>,
}

impl Door {
    /// Takes the port, or with 0 one that the system chooses, and listens there.
    pub(in crate::sandbox) fn open(
        desk: &Arc<Desk>,
        host: usize,
        (ip, port): (IpAddr, u16),
        stop: watch::Receiver<()>,
    ) -> io::Result<Self> {
        if port != 0 {
            // Sockets that share a port would share it with another sandbox too, and nobody would be told.
            drop(std::net::TcpListener::bind((ip, port))?);
        }
        let keeper = bound((ip, port).into())?;
        let address = keeper.local_addr()?;
        let listener = Some(bound(address)?.listen(BACKLOG)?);
        Ok(Self { desk: Arc::clone(desk), host, address, _keeper: keeper, listener, stop })
    }

    pub(in crate::sandbox) fn address(&self) -> SocketAddr {
        self.address
    }

    fn wire(&self, stream: TcpStream) -> Wire {
        let mut stop = self.stop.clone();
        let stopped = Box::pin(async move { while stop.changed().await.is_ok() {} });
        Wire { stream, desk: Arc::clone(&self.desk), host: self.host, stopped, fuse: Fuse::default() }
    }

    /// One look at the door: somebody came in, or nobody did for a moment.
    async fn look(&mut self) -> io::Result<Option<TcpStream>> {
        if self.desk.is_down(self.host) {
            self.listener = None;
            sleep(GLANCE).await;
            return Ok(None);
        }
        let listener = match self.listener.take() {
            Some(listener) => listener,
            None => bound(self.address)?.listen(BACKLOG)?,
        };
        let came = timeout(GLANCE, TcpListener::accept(self.listener.insert(listener))).await;
        came.map_or(Ok(None), |came| came.map(|(stream, _)| Some(stream)))
    }
}

/// A socket at that address, which shares it with the door's other socket.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    #[cfg(unix)]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

impl Listener for Door {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.look().await {
                Ok(Some(stream)) => {
                    // Answers are written whole; waiting for more to send with them gains nothing.
                    let _ = stream.set_nodelay(true);
                    return (self.wire(stream), self.address);
                }
                Ok(None) => {}
                // Out of descriptors, or the peer left at once: try again a little later.
                Err(_) => sleep(GLANCE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

/// A connection that breaks when its host goes down or the sandbox stops: axum leaves open connections
/// to tasks of their own, which nobody else could end.
pub(in crate::sandbox) struct Wire {
    stream: TcpStream,
    desk: Arc<Desk>,
    host: usize,
    stopped: Pin<Box<dyn Future<Output = ()> + Send>>,
    fuse: Fuse,
}

/// Breaks its connection when it is blown, before anything more is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Fuse(Arc<AtomicBool>);

impl Fuse {
    pub(super) fn blow(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Connected<IncomingStream<'_, Door>> for Fuse {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().fuse.clone()
    }
}

impl Wire {
    /// An error where the host is down or the fuse is blown; the peer then sees a reset instead of an end.
    fn check(&self) -> io::Result<()> {
        if !self.fuse.0.load(Ordering::Relaxed) && !self.desk.is_down(self.host) {
            return Ok(());
        }
        let _ = self.stream.set_zero_linger();
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stopped.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let polled = Pin::new(&mut self.stream).poll_read(context, into);
        if polled.is_ready() {
            self.check()?;
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // An orderly end would hide the reset.
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
