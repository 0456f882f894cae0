//! From HTTP requests to calls of the core, and from its answers back to HTTP.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::connect_info::ConnectInfo;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::door::{Door, Fuse};
use super::{Desk, session, upload};
use crate::sandbox::core::{Answer, Call, Opening, Reply, http_date};

/// Documented on the service's answers.
const TRANSPORT_SECURITY: &str = "max-age=15724800; includeSubDomains";
/// The largest body that is no submission.
const BODY_LIMIT: usize = 1 << 20;

/// Where a request came in.
#[derive(Clone)]
struct Place {
    desk: Arc<Desk>,
    host: usize,
    /// Whether pages of other sites must not call here: true of the control door.
    guarded: bool,
}

/// Serves one host until the task is ended.
pub(in crate::sandbox) async fn serve(
    door: Door,
    desk: Arc<Desk>,
    host: usize,
    guarded: bool,
) -> io::Result<()> {
    let place = Place { desk, host, guarded };
    let router = Router::new().fallback(handle).layer(DefaultBodyLimit::disable()).with_state(place);
    axum::serve(door, router.into_make_service_with_connect_info::<Fuse>()).await
}

async fn handle(
    State(place): State<Place>,
    ConnectInfo(fuse): ConnectInfo<Fuse>,
    request: Request,
) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    // A browser names the page that calls; nobody else sends this. No page has any business with the controls.
    if place.guarded && parts.headers.contains_key(ORIGIN) {
        return empty(StatusCode::FORBIDDEN);
    }
    let socket = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.ok();
    let (answer, socket) = converse(&place, &parts, body, socket).await;
    match answer {
        Answer::Reply { reply, delay_ms } => {
            dawdle(delay_ms).await;
            response(reply)
        }
        Answer::Truncate { reply, delay_ms } => {
            dawdle(delay_ms).await;
            truncated(reply)
        }
        Answer::Session(opening) => {
            dawdle(opening.delay_ms).await;
            upgrade(socket, opening)
        }
        Answer::Hang => pending().await,
        // Nothing of this is written: the wire is cut first.
        Answer::Reset | Answer::Later { .. } | Answer::Upload => {
            fuse.blow();
            empty(StatusCode::BAD_GATEWAY)
        }
    }
}

/// Asks the core until it has answered, reading and waiting as it says.
async fn converse(
    place: &Place,
    parts: &Parts,
    body: Body,
    socket: Option<WebSocketUpgrade>,
) -> (Answer, Option<WebSocketUpgrade>) {
    let submits = is_multipart(&parts.headers);
    let (small, mut large) =
        if submits { (Bytes::new(), Some(body)) } else { (small_body(body).await, None) };
    let desk = &place.desk;
    let mut call = Call {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        authorization: parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()),
        body: &small,
        upgrades: socket.is_some(),
        arrived_ms: 0,
    };
    let mut answer = {
        let mut core = desk.core();
        call.arrived_ms = core.now_ms();
        core.answer(place.host, &call)
    };
    loop {
        answer = match answer {
            Answer::Upload => {
                let submission = upload::read(multipart(parts, large.take())).await;
                desk.core().submit(place.host, &call, submission)
            }
            Answer::Later { at_ms, ticket } => {
                desk.wait_until(at_ms).await;
                match ticket {
                    Some(ticket) => desk.core().collect(place.host, &call, ticket),
                    None => desk.core().answer(place.host, &call),
                }
            }
            answer => {
                if let Some(body) = large.take() {
                    drain(body).await;
                }
                // Deletions and controls can end what others wait for.
                if call.method != "GET" {
                    desk.ring();
                }
                return (answer, socket);
            }
        };
    }
}

fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/")
}

/// Reads a submission that is refused without a look, to its end: who still sends when the connection is closed
/// may never see the answer.
async fn drain(body: Body) {
    let mut left = upload::FILE_LIMIT;
    let mut chunks = body.into_data_stream();
    while let Some(Ok(chunk)) = chunks.next().await {
        left = left.saturating_sub(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if left == 0 {
            return;
        }
    }
}

/// The body of a call that is no submission; what is too long counts as nothing.
async fn small_body(body: Body) -> Bytes {
    to_bytes(body, BODY_LIMIT).await.unwrap_or_default()
}

/// The request again, for those who read its body.
fn multipart(parts: &Parts, body: Option<Body>) -> Request {
    let mut request = Request::new(body.unwrap_or_default());
    // Among them is that uploads may be larger than axum's 2 MB.
    request.extensions_mut().clone_from(&parts.extensions);
    if let Some(kind) = parts.headers.get(CONTENT_TYPE) {
        request.headers_mut().insert(CONTENT_TYPE, kind.clone());
    }
    request
}

fn upgrade(socket: Option<WebSocketUpgrade>, opening: Opening) -> Response<Body> {
    let Some(socket) = socket else { return empty(StatusCode::BAD_REQUEST) };
    let mut headers = HeaderMap::new();
    dress(&mut headers, &opening.reply);
    let mut response = socket.on_upgrade(move |socket| session::hold(socket, opening));
    response.headers_mut().extend(headers);
    response
}

fn response(mut reply: Reply) -> Response<Body> {
    let mut response = empty(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR));
    if !reply.content_type.is_empty() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    }
    dress(response.headers_mut(), &reply);
    *response.body_mut() = Body::from(reply.take_body());
    response
}

/// The head promises all of the body, of which half comes.
fn truncated(mut reply: Reply) -> Response<Body> {
    let body = Bytes::from(reply.take_body());
    let (whole, half) = (body.len(), body.slice(..body.len() / 2));
    let mut response = response(reply);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(whole));
    let cut = async {
        // What is cut off at once takes the part before it along, which would still wait to be written.
        sleep(Duration::from_millis(50)).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    let parts = stream::once(async { Ok(half) }).chain(stream::once(cut));
    *response.body_mut() = Body::from_stream(parts);
    response
}

/// The headers that every answer has.
fn dress(headers: &mut HeaderMap, reply: &Reply) {
    let mut put = |name: &'static str, value: &str| {
        // All of it was made here, of characters that headers may hold.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put("request-id", &reply.request_id);
    put("x-azure-ref", &reply.azure_ref);
    put("strict-transport-security", TRANSPORT_SECURITY);
    if let Some(after_s) = reply.retry_after_s {
        put("retry-after", &after_s.to_string());
    }
    if let Some(methods) = reply.allow() {
        put("allow", methods);
    }
    put("date", &http_date(reply.date_ms));
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// Lets time pass. A wait of no time is none: the timer's own step is a millisecond, in which a page is made
/// several times over.
async fn dawdle(delay_ms: u64) {
    if delay_ms > 0 {
        sleep(Duration::from_millis(delay_ms)).await;
    }
}
