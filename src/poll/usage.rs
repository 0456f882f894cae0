//! What a person wants to know of a key's use: one request within the key's budget, by the right of those
//! who are waited for; never repeated by itself.

use tracing::{debug, info};

use super::bucket::Class;
use super::source::SourcePoll;
use crate::api::Client;
use crate::model::{Failure, FailureKind, KeyValue, Period, Usage};

/// Asks a source what its key's account has used. Dropping the future calls the request off.
///
/// # Errors
/// As [`Client::usage`](crate::api::Client::usage).
pub async fn usage(source: &SourcePoll, period: Period) -> Result<Usage, Failure> {
    source.budget.one_request(Class::Head).await;
    let ask = |client: Client, key: KeyValue| async move { client.usage(&key, period).await };
    let answer = source.of_any_host(ask).await;
    match &answer {
        Ok(usage) => debug!(source = &*source.name, lines = usage.details.len(), "usage"),
        Err(failure) => {
            if failure.kind == FailureKind::Limited {
                source.budget.refused();
            }
            let request_id = failure.request_id.as_deref().unwrap_or("-");
            info!(source = &*source.name, request_id, "usage: {}", failure.sentence());
        }
    }
    answer
}
