//! What the answers of many hosts say of this machine: its clock, its proxy.

use crate::model::{Climb, FailureKind, Skew};

use super::checkup::Checkup;

/// From this difference on a clock is worth a word, in seconds: below it nothing breaks.
const WORTH_A_WORD: u64 = 5;

/// What is known of the local clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Clock {
    /// The best measured difference.
    pub(super) skew: Skew,
    /// How many hosts said what time it is.
    pub(super) hosts: usize,
    /// How many of them are off by the same.
    pub(super) agreeing: usize,
}

impl Clock {
    /// Whether it is wrong: most hosts agree on that, and there is more than one of them.
    pub(super) fn is_wrong(self) -> bool {
        self.is_suspect() && self.agreeing > 1
    }

    /// Whether somebody's clock is wrong, this machine's or the only host's.
    pub(super) fn is_suspect(self) -> bool {
        self.skew.at_least().as_secs() >= WORTH_A_WORD && self.agreeing * 2 > self.hosts
    }
}

/// Every climb of a checkup, without the ones that a key was sent on: their hosts have spoken already.
pub(super) fn climbs(checkup: &Checkup) -> impl Iterator<Item = &Climb> {
    let hosts = checkup.hosts.iter().map(|host| &host.climb);
    hosts.chain(checkup.realtime.iter().map(|host| &host.climb))
}

/// What the hosts say of the local clock. `None` where none said what time it is.
pub(super) fn clock(checkup: &Checkup) -> Option<Clock> {
    let skews: Vec<Skew> = climbs(checkup).filter_map(|climb| climb.skew).collect();
    judge(&skews)
}

/// The difference that most hosts agree on, each within what it may be off itself.
fn judge(skews: &[Skew]) -> Option<Clock> {
    let agree = |one: Skew, other: Skew| {
        (one.ahead - other.ahead).unsigned_abs() <= one.within.saturating_add(other.within)
    };
    let votes = |one: Skew| skews.iter().filter(|other| agree(one, **other)).count();
    // Among equals the most exact one speaks.
    let skew = skews.iter().copied().max_by_key(|skew| (votes(*skew), std::cmp::Reverse(skew.within)))?;
    Some(Clock { skew, hosts: skews.len(), agreeing: votes(skew) })
}

/// What it means when all hosts fail on their way in the same manner.
pub(super) fn cut_off(checkup: &Checkup) -> Option<&'static str> {
    let hosts: Vec<&Climb> = climbs(checkup).collect();
    let all = |kind: FailureKind| {
        hosts.iter().all(|climb| climb.ended().is_some_and(|(_, failure)| failure.kind == kind))
    };
    match hosts.len() {
        0 | 1 => None,
        _ if all(FailureKind::Unresolved) => {
            Some("not one host's name could be resolved: DNS does not work here")
        }
        _ if all(FailureKind::Unconnected) => {
            Some("not one host took a connection: this machine has no way out")
        }
        _ if all(FailureKind::Proxy) => Some("not one host was reached by way of the proxy"),
        _ => None,
    }
}

/// The variables that say how to reach the outside, and that are set. Their values are nobody's business.
pub(super) fn variables() -> Vec<&'static str> {
    const NAMES: [&str; 10] = [
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "NO_PROXY",
        "no_proxy",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ];
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    NAMES.into_iter().filter(set).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::SignedDuration;

    use super::*;

    fn skews(of: &[(i64, u64)]) -> Vec<Skew> {
        let one = |(ahead, within): &(i64, u64)| Skew {
            ahead: SignedDuration::from_secs(*ahead),
            within: Duration::from_secs(*within),
        };
        of.iter().map(one).collect()
    }

    #[test]
    fn a_clock_is_wrong_where_hosts_agree_that_it_is() {
        for (said, wrong, suspect) in [
            (&[(0, 1), (1, 1), (0, 1)][..], false, false),
            (&[(90, 1), (91, 1), (90, 1)], true, true),
            (&[(-90, 1), (-91, 1)], true, true),
            // A host with a clock of its own is outvoted.
            (&[(90, 1), (0, 1), (0, 1)], false, false),
            // One witness is none.
            (&[(90, 1)], false, true),
            (&[(90, 1), (-90, 1)], false, false),
            // What may as well be nothing.
            (&[(6, 3), (6, 3)], false, false),
        ] {
            let clock = judge(&skews(said)).unwrap();
            assert_eq!((clock.is_wrong(), clock.is_suspect()), (wrong, suspect), "{said:?}");
        }
        assert_eq!(judge(&[]), None);
    }
}
