//! Which words can say nothing of anybody, and what the others look like.

use super::KINDS;

/// The fields of queries that say nothing of what is in a job.
pub(super) const ASKED: [&str; 9] =
    ["env", "region", "key", "status", "lang", "model", "dur", "age", "created"];

/// The names of the views that everybody has.
pub(super) const BUILTIN_VIEWS: [&str; 4] = ["rejected in 24 h", "running", "with errors", "gone in 24 h"];

/// Fields of a job's configuration whose texts are words of the service's own.
pub(super) const FIELDS: [&str; 12] = [
    "type",
    "language",
    "operating_point",
    "model",
    "diarization",
    "output_locale",
    "domain",
    "target_languages",
    "content_type",
    "summary_type",
    "summary_length",
    "contents",
];

/// The one URL that voxtop itself names.
pub(super) const STATUS_PAGE: &str = "https://status.speechmatics.com";

/// What names of files end with.
pub(super) const FILES: [&str; 26] = [
    "wav", "mp3", "mp4", "m4a", "flac", "ogg", "opus", "aac", "amr", "wma", "mov", "mkv", "webm", "avi",
    "mpeg", "mpg", "txt", "json", "srt", "vtt", "csv", "md", "log", "svg", "ans", "pdf",
];

/// The service's ids are runs of ten small letters and digits; a UUID would do as well.
pub(super) fn is_id(core: &str) -> bool {
    let letters = core.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let parts = core.split('-').count();
    let digits = core.bytes().filter(u8::is_ascii_digit).count();
    letters && core.len() >= 8 && digits > 0 && digits < core.len() && matches!(parts, 1 | 5)
}

/// A word without what stands around it.
pub(super) fn core(token: &str) -> &str {
    token.trim_matches(|char: char| char.is_whitespace() || STOPS.contains(char))
}

/// What stands around words.
pub(super) const STOPS: &str = ".,;:!?()[]{}\"'`<>…“”‘’|=";

/// Words that are written with capitals in what the service and voxtop say.
pub(super) const SAID: [&str; 34] = [
    "HTTP",
    "HTTPS",
    "URL",
    "TLS",
    "DNS",
    "TCP",
    "UTC",
    "API",
    "JSON",
    "GET",
    "POST",
    "JWT",
    "EU",
    "US",
    "AU",
    "Request-Id",
    "X-Azure-Ref",
    "Not",
    "Found",
    "Bad",
    "Internal",
    "Server",
    "Error",
    "Gateway",
    "Timeout",
    "Unauthorized",
    "Forbidden",
    "Too",
    "Many",
    "Requests",
    "Service",
    "Unavailable",
    "Retrying",
    "Sending",
];

/// Whether a word can say nothing of anybody: small letters with a stop or a capital at most, a number of
/// few digits, a word of the list, or a mask.
pub(super) fn is_plain(core: &str) -> bool {
    let mut chars = core.chars();
    let small = |char: char| char.is_ascii_lowercase() || matches!(char, '-' | '\'' | '’' | '–' | '·' | '/');
    let number =
        core.len() <= 5 && core.chars().all(|char| char.is_ascii_digit() || matches!(char, '.' | '%' | ','));
    is_mask(core) || number || SAID.contains(&core) || OPENERS.contains(&core) || chars.all(small)
}

/// Words that sentences of the service begin with.
pub(super) const OPENERS: [&str; 14] = [
    "Job",
    "The",
    "Failed",
    "Audio",
    "File",
    "Notification",
    "An",
    "No",
    "Could",
    "Unable",
    "Invalid",
    "Fetch",
    "Post",
    "Get",
];

/// The shape of a text: its letters and digits, each as wide as it is, say nothing any more.
pub(super) fn veil(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_alphanumeric() {
            let width = unicode_width::UnicodeWidthChar::width(char).unwrap_or(1);
            out.extend(std::iter::repeat_n('x', width));
        } else {
            out.push(char);
        }
    }
    out
}

/// Whether a text is a mask already.
pub(super) fn is_mask(core: &str) -> bool {
    KINDS.iter().any(|kind| {
        core.strip_prefix(kind.word())
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|number| number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}
