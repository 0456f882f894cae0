//! The HTTP client for one host.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::job::Entries;
use super::proxy::{self, Proxy};
use super::sift::Sift;
use super::text::Reader;
use super::transport::{self, Phase, Way};
use super::{Page, answer, instant, page, tls};
use crate::model::{Failure, FailureKind, KeyValue};

/// How many jobs a page holds: the most that the service gives at once. It is always sent, because
/// what the service does without it has changed.
pub const PAGE_LIMIT: usize = 100;

/// The largest body that is kept, in bytes after decompression.
const LARGEST_BODY: usize = 16 * 1024 * 1024;

/// The same of a page of jobs. A job with a word list of the 20,000 entries that are documented has a million
/// or two, so that ten of them fit, and a hundred ordinary ones in any case.
const LARGEST_PAGE: usize = 32 * 1024 * 1024;

/// How much is looked through, without keeping it, of a page of one job that is larger than that.
const LARGEST_JOB: usize = 512 * 1024 * 1024;

/// How much room is made at once for a body that is to come.
const LARGEST_PROMISE: usize = 256 * 1024;

/// Who asks.
pub(super) const AGENT: &str = concat!("voxtop/", env!("CARGO_PKG_VERSION"));

/// How much of an error's body is read.
const LARGEST_ERROR: usize = 64 * 1024;

/// How long an error's body is waited for; its status says the most, and is there already.
const ERROR_PATIENCE: Duration = Duration::from_secs(2);

/// What to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// At most so many jobs, [`PAGE_LIMIT`] at most. A page of one is listed however large that one is, but
    /// then as an entry that could not be read.
    pub limit: usize,
    /// Only jobs created before this moment, which the service reads to the millisecond. Whether a
    /// job of that very millisecond is listed is not documented. `None`: from the newest on.
    pub created_before: Option<Timestamp>,
    /// Whether the jobs' configurations are left out of the answer. What of them is shown in columns is
    /// read all the same.
    pub briefly: bool,
}

impl Default for ListRequest {
    fn default() -> Self {
        Self { limit: PAGE_LIMIT, created_before: None, briefly: false }
    }
}

/// A client for one host, to be shared by all keys that are used there. It keeps connections alive.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    pub(super) jobs: Url,
    proxy: Option<Proxy>,
    pub(super) timeout: Duration,
    pub(super) writable: bool,
}

/// An answer with status 200 and its whole body.
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// What was found in a body that was too large to be kept.
    sifted: Option<Page>,
}

/// A request, and how patiently its answer is taken.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) accept: &'static str,
    /// For the whole request.
    pub(super) patience: Duration,
    /// The largest body that is read, in bytes after decompression.
    pub(super) most: usize,
    /// Whether a larger one is looked through all the same.
    pub(super) sifts: bool,
    /// Told how much of the body is there, as it comes.
    pub(super) progress: &'a (dyn Fn(usize) + Sync),
}

impl Ask<'_> {
    /// Asks for JSON of a usual size.
    pub(super) fn json(url: Url, patience: Duration) -> Self {
        Self {
            method: Method::GET,
            url,
            accept: "application/json",
            patience,
            most: LARGEST_BODY,
            sifts: false,
            progress: &|_| {},
        }
    }
}

impl Client {
    /// Builds the client for the endpoint under `base`, below which `v2/jobs` is asked. For an https
    /// host this reads the platform's root certificates, so it blocks for some milliseconds.
    ///
    /// # Errors
    /// [`FailureKind::Tls`] where the machine has no root certificates and the host is https;
    /// [`FailureKind::Internal`] for a URL that cannot be a base.
    pub fn new(base: &Url, timeout: Duration, connect_timeout: Duration) -> Result<Self, Failure> {
        let mut jobs = base.clone();
        jobs.path_segments_mut()
            .map_err(|()| Failure::new(FailureKind::Internal, "the endpoint's URL has no path"))?
            .pop_if_empty()
            .extend(["v2", "jobs"]);
        let secure = base.scheme() == "https";
        let mut http = reqwest::Client::builder()
            .user_agent(AGENT)
            .tls_backend_preconfigured(if secure { tls::for_https()? } else { tls::for_http()? })
            .https_only(secure)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .timeout(timeout)
            .connect_timeout(connect_timeout)
            .pool_idle_timeout(Duration::from_secs(60))
            .pool_max_idle_per_host(8);
        if !secure || proxy::is_loopback(base) {
            // A proxy that the environment names is for the outside.
            http = http.no_proxy();
        }
        let http = http
            .build()
            .map_err(|error| Failure::new(FailureKind::Internal, error.without_url().to_string()))?;
        Ok(Self { http, jobs, proxy: Proxy::of(base), timeout, writable: false })
    }

    /// The same client, which may change what is at the service. As built, a client only reads.
    #[must_use]
    pub fn writable(self) -> Self {
        Self { writable: true, ..self }
    }

    /// Asks for one page of jobs, newest first. One request, never repeated.
    ///
    /// # Errors
    /// Any [`FailureKind`]: the answer's status, what broke on the way, or a body that is no page.
    pub async fn list_jobs(&self, key: &KeyValue, request: ListRequest) -> Result<Page, Failure> {
        let reader = Reader::new(key);
        let ask = Ask {
            most: LARGEST_PAGE,
            sifts: request.limit == 1,
            ..Ask::json(self.list_url(request), self.timeout)
        };
        let answer = self.get(ask, key).await?;
        let served_at = answer::date(&answer.headers);
        if let Some(page) = answer.sifted {
            return Ok(Page { served_at, ..page });
        }
        let page = page::read_with(&Entries::new(reader, request.briefly), &answer.body);
        let page = page.map_err(|why| answer.unreadable(why, reader))?;
        Ok(Page { served_at, size: answer.body.len(), ..page })
    }

    fn list_url(&self, request: ListRequest) -> Url {
        let mut url = self.jobs.clone();
        let mut query = url.query_pairs_mut();
        query.append_pair("limit", &request.limit.to_string());
        if let Some(at) = request.created_before {
            query.append_pair("created_before", &instant::to_query(at));
        }
        drop(query);
        url
    }

    pub(super) async fn get(&self, ask: Ask<'_>, key: &KeyValue) -> Result<Answer, Failure> {
        let reader = Reader::new(key);
        let request = self.http.request(ask.method.clone(), ask.url.clone()).timeout(ask.patience);
        let request = request.header(ACCEPT, ask.accept).header(AUTHORIZATION, bearer(key)?);
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => {
                let failure = self.broken(&error, Phase::Asking, ask.patience);
                return Err(transport::unless_it_is_tls(failure, &self.jobs).await);
            }
        };
        let (status, headers) = (response.status(), response.headers().clone());
        if status != StatusCode::OK {
            let body = read_some(response).await;
            return Err(answer::failure(status, &headers, &body, reader));
        }
        match self.read_whole(response, &ask).await {
            Ok((body, sifted)) => Ok(Answer { headers, body, sifted }),
            Err(failure) => Err(answer::with_evidence(failure, status, &headers, reader)),
        }
    }

    /// The whole body, unless it outgrows the cap. It comes decompressed, a piece at a time, so that
    /// a small body cannot grow into all memory. Instead of one that does, what was found in it.
    async fn read_whole(
        &self,
        mut response: Response,
        ask: &Ask<'_>,
    ) -> Result<(Vec<u8>, Option<Page>), Failure> {
        let broken = |error: reqwest::Error| self.broken(&error, Phase::Reading, ask.patience);
        // What is promised is believed up to some pages' worth.
        let promised = response.content_length().and_then(|length| usize::try_from(length).ok());
        let mut body = Vec::with_capacity(promised.unwrap_or(0).min(LARGEST_PROMISE));
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > ask.most {
                body.extend_from_slice(&chunk);
                return self.sift(body, response, ask).await.map(|page| (Vec::new(), Some(page)));
            }
            body.extend_from_slice(&chunk);
            (ask.progress)(body.len());
        }
        Ok((body, None))
    }

    /// Looks through a body that is too large to be kept, whose beginning this is.
    async fn sift(&self, body: Vec<u8>, mut response: Response, ask: &Ask<'_>) -> Result<Page, Failure> {
        let too_large = |most: usize| {
            Failure::new(FailureKind::TooLarge, format!("more than {} MiB", most / (1024 * 1024)))
        };
        if !ask.sifts {
            return Err(too_large(ask.most));
        }
        let (mut sift, mut size) = (Sift::default(), body.len());
        sift.feed(&body);
        drop(body);
        while let Some(chunk) =
            response.chunk().await.map_err(|error| self.broken(&error, Phase::Reading, ask.patience))?
        {
            size += chunk.len();
            if size > LARGEST_JOB {
                return Err(too_large(LARGEST_JOB));
            }
            sift.feed(&chunk);
        }
        let page = sift.end().ok_or_else(|| too_large(ask.most))?;
        Ok(Page { size, ..page })
    }

    fn broken(&self, error: &reqwest::Error, phase: Phase, patience: Duration) -> Failure {
        let way = Way { secure: self.jobs.scheme() == "https", proxy: self.proxy.as_ref() };
        transport::failure(error, phase, way, patience)
    }
}

impl Answer {
    /// The answer is not what was asked for; `why` says in a few words what it is instead.
    pub(super) fn unreadable(&self, why: &str, reader: Reader<'_>) -> Failure {
        let failure = Failure::new(FailureKind::Unreadable, answer::instead(why, &self.body, reader));
        answer::with_evidence(failure, StatusCode::OK, &self.headers, reader)
    }
}

/// The beginning of an error's body: as much as comes soon and as is needed. It may be nothing.
async fn read_some(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    let reading = async {
        while body.len() < LARGEST_ERROR
            && let Ok(Some(chunk)) = response.chunk().await
        {
            let room = LARGEST_ERROR - body.len();
            body.extend(chunk.iter().take(room));
        }
    };
    // When the patience ends, what has come so far is used.
    let _ = tokio::time::timeout(ERROR_PATIENCE, reading).await;
    body
}

/// The `Authorization` header, marked so that the HTTP stack neither logs nor indexes it.
pub(super) fn bearer(key: &KeyValue) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", key.expose()))
        .map_err(|_| Failure::new(FailureKind::Internal, "the key cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
