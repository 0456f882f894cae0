//! Answers in the service's own dress: its JSON errors, and its proxy's HTML.

use super::portrait::write_string;

/// What the shell sends, or does instead of sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) enum Answer {
    /// Send the reply, after holding it back for that long.
    Reply { reply: Reply, delay_ms: u64 },
    /// Send the head and half of the body, and break the connection.
    Truncate { reply: Reply, delay_ms: u64 },
    /// Never answer.
    Hang,
    /// Break the connection.
    Reset,
    /// Read the multipart body, and come back with what it holds.
    Upload,
    /// Ask again at that moment, or when something has been changed from outside.
    Later { at_ms: i64, ticket: Option<Ticket> },
    /// Open a realtime session.
    Session(Opening),
}

/// A submission that waits for its job to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) struct Ticket {
    pub(super) id: super::job::Id,
    pub(super) format: super::transcript::Format,
    pub(super) until_ms: i64,
}

/// How a realtime session begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Opening {
    /// The message that follows the handshake.
    pub(in crate::sandbox) first: String,
    /// An error message and a close code, where the session ends at once.
    pub(in crate::sandbox) closing: Option<(String, u16)>,
    /// How long the handshake's answer is held back.
    pub(in crate::sandbox) delay_ms: u64,
    /// What the handshake's answer carries beside its own headers.
    pub(in crate::sandbox) reply: Reply,
}

/// Status, headers and body.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::sandbox) struct Reply {
    pub(in crate::sandbox) status: u16,
    pub(in crate::sandbox) content_type: &'static str,
    pub(in crate::sandbox) body: String,
    /// What few answers have; apart, so that the others stay small.
    extra: Option<Box<Extra>>,
    /// 32 hexadecimal digits, to be quoted to support.
    pub(in crate::sandbox) request_id: String,
    pub(in crate::sandbox) azure_ref: String,
    /// Seconds.
    pub(in crate::sandbox) retry_after_s: Option<u32>,
    /// What the service's clock shows, in ms since 1970.
    pub(in crate::sandbox) date_ms: i64,
}

/// What few answers have.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Extra {
    /// A 405 says which methods there are.
    Allow(String),
    /// A body that is no text.
    Bytes(Vec<u8>),
}

impl Reply {
    /// The same, with a word on when to come back, where there is one.
    pub(super) fn after(self, retry_after_s: Option<u32>) -> Self {
        Self { retry_after_s, ..self }
    }

    /// The methods that there are, as `Allow` lists them.
    pub(in crate::sandbox) fn allow(&self) -> Option<&str> {
        match self.extra.as_deref() {
            Some(Extra::Allow(methods)) => Some(methods),
            _ => None,
        }
    }

    /// Takes the body out, text or not.
    pub(in crate::sandbox) fn take_body(&mut self) -> Vec<u8> {
        match self.extra.take().map(|extra| *extra) {
            Some(Extra::Bytes(bytes)) => bytes,
            extra => {
                self.extra = extra.map(Box::new);
                std::mem::take(&mut self.body).into_bytes()
            }
        }
    }
}

/// The wardrobe.
pub(super) struct Dress;

impl Dress {
    /// A body of the application.
    pub(super) fn body(body: String) -> Reply {
        reply(200, "application/json", body)
    }

    /// A body of another type.
    pub(super) fn text(content_type: &'static str, body: String) -> Reply {
        reply(200, content_type, body)
    }

    /// A body that is no text.
    pub(super) fn bytes(bytes: Vec<u8>) -> Reply {
        let extra = Some(Box::new(Extra::Bytes(bytes)));
        Reply { extra, ..reply(200, "application/octet-stream", String::new()) }
    }

    /// The refusal of a method, with those that there are, as in `GET,POST`.
    pub(super) fn not_allowed(error: &str, methods: &str) -> Reply {
        let extra = Some(Box::new(Extra::Allow(methods.replace(',', ", "))));
        Reply { extra, ..Self::json(405, error, None) }
    }

    /// What has been made.
    pub(super) fn created(body: String) -> Reply {
        reply(201, "application/json", body)
    }

    /// An error of the application: `{"code":…,"error":…,"detail":…}`.
    pub(super) fn json(code: u16, error: &str, detail: Option<&str>) -> Reply {
        let mut body = format!("{{\"code\":{code},\"error\":");
        write_string(&mut body, error);
        if let Some(detail) = detail {
            body.push_str(",\"detail\":");
            write_string(&mut body, detail);
        }
        body.push('}');
        reply(code, "application/json", body)
    }

    /// The proxy's answer to a missing key, a wrong key and a right key at the wrong place: 179 bytes.
    pub(super) fn unauthorized() -> Reply {
        nginx(401, "Authorization Required")
    }

    /// The proxy's answer where too much is asked.
    pub(super) fn rate_limited() -> Reply {
        nginx(429, "Too Many Requests")
    }

    /// The proxy's answer where too much is sent.
    pub(super) fn too_large() -> Reply {
        nginx(413, "Request Entity Too Large")
    }

    /// The proxy's answer where the application behind it is away.
    pub(super) fn unavailable() -> Reply {
        nginx(503, "Service Temporarily Unavailable")
    }

    /// What nobody can read, though its header says JSON.
    pub(super) fn garbage() -> Reply {
        reply(200, "application/json", "{\"jobs\":[{\"id\":\u{0}\u{fffd}]]>502 upstream\u{7f}".to_owned())
    }
}

fn nginx(status: u16, words: &str) -> Reply {
    let lines = [
        "<html>".to_owned(),
        format!("<head><title>{status} {words}</title></head>"),
        "<body>".to_owned(),
        format!("<center><h1>{status} {words}</h1></center>"),
        "<hr><center>nginx/1.15.8</center>".to_owned(),
        "</body>".to_owned(),
        "</html>".to_owned(),
    ];
    let mut body = lines.join("\r\n");
    body.push_str("\r\n");
    reply(status, "text/html", body)
}

fn reply(status: u16, content_type: &'static str, body: String) -> Reply {
    Reply { status, content_type, body, ..Reply::default() }
}

#[cfg(test)]
mod tests {
    use super::Dress;

    #[test]
    fn the_401_has_the_length_that_the_vendor_documents() {
        assert_eq!(Dress::unauthorized().body.len(), 179);
    }

    #[test]
    fn errors_escape_what_they_quote() {
        let body = Dress::json(404, "path \"\\\u{1}é", None).body;
        assert_eq!(body, "{\"code\":404,\"error\":\"path \\\"\\\\\\u0001é\"}");
        let read: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read["error"], "path \"\\\u{1}é");
    }
}
