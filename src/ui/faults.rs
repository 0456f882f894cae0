//! A job's errors, folded: what the service tried again and again is one thing that went wrong.

use jiff::Timestamp;

use crate::model::JobError;

/// One thing that went wrong, however often.
#[derive(Debug, PartialEq)]
pub(super) struct Fault<'a> {
    /// How often.
    pub(super) times: usize,
    /// When first, if that is known.
    pub(super) first: Option<Timestamp>,
    /// When last.
    pub(super) last: Option<Timestamp>,
    /// What was said last.
    pub(super) message: &'a str,
}

/// What the service writes behind an attempt that it will repeat (its notifications page).
const RETRYING: &str = ", retrying";

/// Folds neighbours that say the same, and attempts with what came of the last of them.
pub(super) fn fold(errors: &[JobError]) -> Vec<Fault<'_>> {
    let mut faults: Vec<Fault<'_>> = Vec::new();
    for error in errors {
        let goes_on = |fault: &Fault<'_>| {
            let same = fault.message == &*error.message;
            let next_attempt =
                fault.message.ends_with(RETRYING) && subject(fault.message) == subject(&error.message);
            same || next_attempt
        };
        match faults.last_mut().filter(|fault| goes_on(fault)) {
            Some(fault) => {
                fault.times += 1;
                fault.first = fault.first.or(error.timestamp);
                fault.last = error.timestamp.or(fault.last);
                fault.message = &error.message;
            }
            None => faults.push(Fault {
                times: 1,
                first: error.timestamp,
                last: error.timestamp,
                message: &error.message,
            }),
        }
    }
    faults
}

/// What an error is about: its first words, up to a colon.
fn subject(message: &str) -> &str {
    let words = message.split(':').next().unwrap_or_default();
    // Attempts begin with "Error in sending notification", the end of them with "unable to send".
    if words.to_ascii_lowercase().contains("notification") { "notification" } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(messages: &[&str]) -> Vec<JobError> {
        let at = |second| Timestamp::from_second(second).ok();
        (0..)
            .zip(messages)
            .map(|(second, message)| JobError { timestamp: at(second), message: (*message).into() })
            .collect()
    }

    #[test]
    fn attempts_are_one_fault_with_what_came_of_the_last() {
        let attempt =
            "Error in sending notification: HTTPError: Post \"https://a/?…\": deadline exceeded, retrying";
        let other = "Error in sending notification: Response status: 500, retrying";
        let end = "unable to send notification: Response status: 500";
        for (messages, folded) in [
            (&[][..], &[][..]),
            (&["a"], &[(1, "a")]),
            (&["a", "a", "b", "a"], &[(2, "a"), (1, "b"), (1, "a")]),
            (&[attempt, other, attempt, end], &[(4, end)]),
            (&[end, attempt], &[(1, end), (1, attempt)]),
            (&[attempt, "fetch failed"], &[(1, attempt), (1, "fetch failed")]),
        ] {
            let errors = errors(messages);
            let got: Vec<_> = fold(&errors).iter().map(|fault| (fault.times, fault.message)).collect();
            assert_eq!(got, folded, "{messages:?}");
        }
        let errors = errors(&["x", "x", "x"]);
        let fault = &fold(&errors)[0];
        assert_eq!((fault.first, fault.last), (errors[0].timestamp, errors[2].timestamp));
    }
}
