//! From HTTP requests to calls of the core, and from its answers back to HTTP.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{Response, StatusCode};
use tokio::time::sleep;

use super::Door;
use crate::sandbox::core::{Answer, Call, Core, Reply};

/// Documented on the service's answers.
const TRANSPORT_SECURITY: (&str, &str) = ("strict-transport-security", "max-age=15724800; includeSubDomains");

/// The core, and the clock that drives it.
pub(in crate::sandbox) struct Desk {
    core: Mutex<Core>,
    started: Instant,
    start_ms: i64,
}

impl Desk {
    /// A desk whose time goes on from `start_ms`, now.
    pub(in crate::sandbox) fn new(core: Core, start_ms: i64) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the sandbox's own clock: the rim of a core that has none"
        )]
        let started = Instant::now();
        Self { core: Mutex::new(core), started, start_ms }
    }

    /// The core, brought up to the present.
    pub(in crate::sandbox) fn core(&self) -> MutexGuard<'_, Core> {
        let elapsed_ms = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        // A panic elsewhere cannot leave the core half-way: it is used again as it is.
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        core.advance(self.start_ms.saturating_add(elapsed_ms));
        core
    }

    pub(super) fn is_down(&self, environment: usize) -> bool {
        self.core().is_down(environment)
    }
}

/// Where a request came in.
#[derive(Clone)]
struct Place {
    desk: Arc<Desk>,
    environment: usize,
}

/// Serves one environment until the task is ended.
pub(in crate::sandbox) async fn serve(door: Door, desk: Arc<Desk>, environment: usize) -> io::Result<()> {
    let router = Router::new().fallback(handle).with_state(Place { desk, environment });
    axum::serve(door, router).await
}

async fn handle(State(place): State<Place>, request: Request) -> Response<Body> {
    let uri = request.uri();
    let call = Call {
        method: request.method().as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        authorization: request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()),
    };
    let answer = place.desk.core().answer(place.environment, &call);
    match answer {
        Answer::Reply { reply, delay_ms } => {
            if delay_ms > 0 {
                sleep(Duration::from_millis(delay_ms)).await;
            }
            response(reply)
        }
        // The wire itself refuses to be written to while its environment is down.
        Answer::Reset => response(Reply::default()),
        Answer::Hang => pending().await,
    }
}

fn response(reply: Reply) -> Response<Body> {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let built = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, reply.content_type)
        .header("request-id", reply.request_id)
        .header("x-azure-ref", reply.azure_ref)
        .header(TRANSPORT_SECURITY.0, TRANSPORT_SECURITY.1)
        .body(Body::from(reply.body));
    // Every part of it was made here, of characters that headers may hold.
    built.unwrap_or_default()
}
