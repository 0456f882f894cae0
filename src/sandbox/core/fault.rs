//! The timeline of what is wrong: a fault and a moment to whether it is on, and when that changes next.

use super::random::Random;
use crate::sandbox::scenario::{FaultKind, FaultPlan};

/// A fault with its names looked up.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// The place of the environment; `None`: everywhere.
    environment: Option<usize>,
    /// The place of the key; `None`: every key.
    key: Option<usize>,
    from_ms: i64,
    length_ms: Option<i64>,
    repeat_ms: Option<i64>,
    delay_ms: [u64; 2],
}

impl Fault {
    pub(super) fn new(plan: &FaultPlan, environments: &[&str], keys: &[&str]) -> Self {
        let place = |names: &[&str], name: Option<&str>| names.iter().position(|known| Some(*known) == name);
        let delay =
            plan.delay.as_ref().map(|delay| delay.get_ref().map(|ms| u64::try_from(ms.0).unwrap_or(0)));
        Self {
            kind: *plan.kind.get_ref(),
            environment: place(environments, plan.environment.as_ref().map(|name| name.get_ref().as_str())),
            key: place(keys, plan.key.as_ref().map(|name| name.get_ref().as_str())),
            from_ms: plan.from.0,
            length_ms: plan.until.map(|until| until.0 - plan.from.0),
            repeat_ms: plan.repeat.map(|repeat| repeat.0),
            delay_ms: delay.unwrap_or_default(),
        }
    }

    /// Whether it is on, `elapsed_ms` after the start.
    fn is_on(&self, elapsed_ms: i64) -> bool {
        let since = elapsed_ms - self.from_ms;
        let since = match self.repeat_ms {
            Some(repeat) if since >= 0 => since.rem_euclid(repeat),
            _ => since,
        };
        since >= 0 && self.length_ms.is_none_or(|length| since < length)
    }

    pub(super) fn strikes(&self, environment: usize, elapsed_ms: i64) -> bool {
        self.environment.is_none_or(|place| place == environment) && self.is_on(elapsed_ms)
    }

    /// Whether it concerns that key.
    pub(super) fn holds_for(&self, key: usize) -> bool {
        self.key.is_none_or(|place| place == key)
    }

    /// How long an answer is held back by it.
    pub(super) fn delay_ms(&self, random: &mut Random) -> u64 {
        let [least, most] = self.delay_ms;
        if most == 0 { 0 } else { random.between(least, most) }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;
    use crate::sandbox::scenario::FaultKind;

    fn fault(from_ms: i64, length_ms: Option<i64>, repeat_ms: Option<i64>) -> Fault {
        Fault {
            kind: FaultKind::Down,
            environment: Some(1),
            key: None,
            from_ms,
            length_ms,
            repeat_ms,
            delay_ms: [0, 0],
        }
    }

    #[test]
    fn windows_open_and_close() {
        let once = fault(20, Some(25), None);
        let again = fault(20, Some(25), Some(90));
        let for_good = fault(20, None, None);
        for (elapsed, is_on) in [
            (0, [false; 3]),
            (19, [false; 3]),
            (20, [true; 3]),
            (44, [true; 3]),
            (45, [false, false, true]),
            (109, [false, false, true]),
            (110, [false, true, true]),
            (134, [false, true, true]),
            (135, [false, false, true]),
        ] {
            let seen = [&once, &again, &for_good].map(|fault| fault.strikes(1, elapsed));
            assert_eq!(seen, is_on, "at {elapsed}");
        }
        assert!(!once.strikes(0, 30), "another environment");
    }
}
