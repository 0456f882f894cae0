//! A connection to a host: name, proxy, TCP, TLS, each rung noted.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use url::Url;

use super::trace::Trace;
use super::{Gear, Inner};
use crate::api::client::AGENT;
use crate::api::proxy::Proxy;
use crate::api::tls::Seen;
use crate::api::transport;
use crate::model::{Failure, FailureKind, Rung};

/// So many addresses of a name are tried.
const ADDRESSES: usize = 8;

/// What bytes go through.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection that speaks HTTP/1.1. Dropping it closes it.
pub(super) struct Line {
    pub(super) sender: SendRequest<String>,
    _driver: JoinSet<()>,
}

impl Line {
    /// Connects as far as HTTP.
    pub(super) async fn dial(to: &Inner, trace: &mut Trace) -> Result<Self, Failure> {
        Self::over(stream(to, trace).await?).await
    }

    async fn over(stream: Box<dyn Stream>) -> Result<Self, Failure> {
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| transport::of_http(&error, transport::Phase::Asking))?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // What ends the connection is told to whoever waits for an answer.
            let _ = connection.with_upgrades().await;
        });
        Ok(Self { sender, _driver: driver })
    }
}

/// Connects as far as TLS, or as far as TCP where http is asked, within the time for connecting.
pub(super) async fn stream(to: &Inner, trace: &mut Trace) -> Result<Box<dyn Stream>, Failure> {
    let patience = to.gear.connect_timeout;
    match tokio::time::timeout(patience, connect(to, trace)).await {
        Ok(connected) => connected,
        Err(_) => Err(trace.too_slow(patience, to.proxy.as_ref())),
    }
}

async fn connect(to: &Inner, trace: &mut Trace) -> Result<Box<dyn Stream>, Failure> {
    let (host, port) = target(&to.base)?;
    let stream = match &to.proxy {
        Some(proxy) => {
            trace.climb.proxy = Some(proxy.shown().into());
            trace.on(Rung::Proxy);
            let stream = tunnel(proxy, &host, port, &to.gear, trace).await?;
            trace.done();
            stream
        }
        None => direct(&host, port, to.gear.connect_timeout, trace).await?,
    };
    if to.base.scheme() != "https" {
        return Ok(stream);
    }
    let seen = Seen::default();
    trace.on(Rung::Tls);
    let trust = to.gear.trust().await?;
    // Reading the roots was none of the host's time.
    trace.on(Rung::Tls);
    let shaken = secured(trust.watched(&seen)?, &host, stream).await;
    trace.climb.certificate = seen.take().or(trace.climb.certificate.take());
    let stream = shaken.map_err(|error| transport::of_handshake(&error))?;
    trace.done();
    Ok(stream)
}

/// The host, as one looks it up, and the port.
fn target(base: &Url) -> Result<(String, u16), Failure> {
    let host = base.host_str().map(|host| host.trim_start_matches('[').trim_end_matches(']').to_owned());
    host.zip(base.port_or_known_default())
        .ok_or_else(|| Failure::new(FailureKind::Internal, "the endpoint's URL has no host"))
}

async fn direct(
    host: &str,
    port: u16,
    patience: Duration,
    trace: &mut Trace,
) -> Result<Box<dyn Stream>, Failure> {
    let addresses = if let Ok(address) = host.parse::<IpAddr>() {
        vec![SocketAddr::new(address, port)]
    } else {
        trace.on(Rung::Dns);
        let found = resolve(host, port).await.map_err(|error| transport::of_name(&error))?;
        trace.done();
        found
    };
    trace.on(Rung::Connect);
    let connected = reach(&addresses, patience, trace).await;
    let stream = connected.map_err(|error| transport::of_connection(&error))?;
    trace.done();
    Ok(Box::new(stream))
}

async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let mut found: Vec<SocketAddr> = lookup_host((host, port)).await?.collect();
    found.dedup();
    found.truncate(ADDRESSES);
    if found.is_empty() { Err(io::Error::other("the name has no address")) } else { Ok(found) }
}

/// The first address that takes a connection; each has its share of the patience.
async fn reach(addresses: &[SocketAddr], patience: Duration, trace: &mut Trace) -> io::Result<TcpStream> {
    let share = patience / u32::try_from(addresses.len().max(1)).unwrap_or(1);
    let mut last = io::Error::other("the name has no address");
    for address in addresses {
        match tokio::time::timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                trace.climb.address = Some(address.to_string().into());
                // What is asked is small and waited for: nothing is gained by collecting it.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = io::ErrorKind::TimedOut.into(),
        }
        if trace.climb.refused.len() < ADDRESSES {
            trace.climb.refused.push(address.to_string().into());
        }
    }
    Err(last)
}

/// A tunnel through the proxy.
async fn tunnel(
    proxy: &Proxy,
    host: &str,
    port: u16,
    gear: &Gear,
    trace: &mut Trace,
) -> Result<Box<dyn Stream>, Failure> {
    if let Some(failure) = proxy.unusable() {
        return Err(failure);
    }
    let addresses = resolve(proxy.host(), proxy.port())
        .await
        .map_err(|_| proxy.failure("its name could not be resolved"))?;
    let unreached = |error: io::Error| proxy.failure(&transport::unreached(Some(&error)));
    let plain = reach(&addresses, gear.connect_timeout, trace).await.map_err(unreached)?;
    // Whether another address took it is the proxy's matter, not the host's.
    trace.climb.refused.clear();
    let stream: Box<dyn Stream> = if proxy.is_secure() {
        let config = gear.trust().await?.watched(&Seen::default())?;
        let shaken = secured(config, proxy.host(), Box::new(plain)).await;
        shaken.map_err(|error| proxy.failure(&transport::of_handshake(&error).sentence()))?
    } else {
        Box::new(plain)
    };
    let broken = |_| proxy.failure("it broke off, or is none");
    let mut line = Line::over(stream).await.map_err(broken)?;
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let request = connect_request(proxy, &format!("{host}:{port}"))?;
    let answer =
        line.sender.send_request(request).await.map_err(|_| proxy.failure("it broke off, or is none"))?;
    if answer.status() != StatusCode::OK {
        return Err(proxy.refused(answer.status().as_u16()));
    }
    let open = hyper::upgrade::on(answer).await.map_err(|_| proxy.failure("it broke off, or is none"))?;
    Ok(Box::new(TokioIo::new(open)))
}

fn connect_request(proxy: &Proxy, authority: &str) -> Result<Request<String>, Failure> {
    let odd = |_| Failure::new(FailureKind::Internal, "the host cannot be asked for by way of a proxy");
    let uri = Uri::builder().authority(authority).build().map_err(odd)?;
    let mut request = Request::connect(uri).header(HOST, authority).header(USER_AGENT, AGENT);
    if let Some(credentials) = proxy.credentials() {
        request = request.header(PROXY_AUTHORIZATION, credentials);
    }
    request.body(String::new()).map_err(odd)
}

/// Shakes hands over a stream.
async fn secured(
    config: rustls::ClientConfig,
    host: &str,
    stream: Box<dyn Stream>,
) -> io::Result<Box<dyn Stream>> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    Ok(Box::new(stream))
}
