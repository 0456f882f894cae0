//! The timeline of what is wrong: a fault and a moment to whether it is on.

use super::random::Random;
use crate::sandbox::scenario::{FaultKind, FaultPlan, said};

/// A fault with its names looked up.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) name: Option<String>,
    pub(super) kind: FaultKind,
    /// The place of the host; `None`: everywhere.
    host: Option<usize>,
    /// The place of the key; `None`: every key.
    key: Option<usize>,
    from_ms: i64,
    length_ms: Option<i64>,
    repeat_ms: Option<i64>,
    delay_ms: [u64; 2],
    /// Of a hundred.
    share: u64,
    pub(super) by_ms: i64,
    pub(super) retry_after_s: Option<u32>,
    pub(super) code: u16,
}

impl Fault {
    /// The plan, counted from `origin_ms` after the start.
    pub(super) fn new(plan: &FaultPlan, hosts: &[&str], keys: &[&str], origin_ms: i64) -> Self {
        let place = |names: &[&str], name: Option<&str>| names.iter().position(|known| Some(*known) == name);
        let delay =
            plan.delay.as_ref().map(|delay| delay.get_ref().map(|ms| u64::try_from(ms.0).unwrap_or(0)));
        let from_ms = said(plan.from.as_ref()).map_or(0, |from| from.0);
        Self {
            name: plan.name.clone(),
            kind: *plan.kind.get_ref(),
            host: place(hosts, plan.environment.as_ref().map(|name| name.get_ref().as_str())),
            key: place(keys, plan.key.as_ref().map(|name| name.get_ref().as_str())),
            from_ms: from_ms + origin_ms,
            length_ms: said(plan.until.as_ref()).map(|until| until.0 - from_ms),
            repeat_ms: said(plan.repeat.as_ref()).map(|repeat| repeat.0),
            delay_ms: delay.unwrap_or_default(),
            share: plan.share.as_ref().map_or(100, |share| *share.get_ref()),
            by_ms: plan.by.as_ref().map_or(0, |by| by.get_ref().0),
            retry_after_s: said(plan.retry_after.as_ref())
                .map(|after| u32::try_from((after.0 + 999) / 1000).unwrap_or(u32::MAX)),
            code: plan.code.as_ref().map_or(1011, |code| *code.get_ref()),
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

    /// Whether it is on at that host.
    pub(super) fn reigns(&self, host: usize, elapsed_ms: i64) -> bool {
        self.host.is_none_or(|place| place == host) && self.is_on(elapsed_ms)
    }

    /// Whether it concerns that key; a caller without one is concerned by those that concern all.
    pub(super) fn concerns(&self, key: Option<usize>) -> bool {
        self.key.is_none() || self.key == key
    }

    /// Whether it strikes this request, of all those that it could.
    pub(super) fn strikes(&self, random: &mut Random) -> bool {
        self.share >= 100 || random.below(100) < self.share
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
    use crate::sandbox::core::random::Random;
    use crate::sandbox::scenario::FaultPlan;

    fn fault(text: &str) -> Fault {
        let plan: FaultPlan =
            toml::from_str(&format!("kind = \"down\"\nenvironment = \"b\"\n{text}")).unwrap();
        Fault::new(&plan, &["a", "b"], &["k"], 0)
    }

    #[test]
    fn windows_open_and_close() {
        let once = fault("from = \"20ms\"\nuntil = \"45ms\"");
        let again = fault("from = \"20ms\"\nuntil = \"45ms\"\nrepeat = \"90ms\"");
        let for_good = fault("from = \"20ms\"");
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
            let seen = [&once, &again, &for_good].map(|fault| fault.reigns(1, elapsed));
            assert_eq!(seen, is_on, "at {elapsed}");
        }
        assert!(!once.reigns(0, 30), "another host");
    }

    #[test]
    fn a_share_is_struck_and_a_key_is_meant() {
        let mut random = Random::new(1);
        let third = fault("share = 33");
        let struck = (0..1000).filter(|_| third.strikes(&mut random)).count();
        assert!((250..420).contains(&struck), "{struck}");
        assert!(fault("").strikes(&mut random));
        assert!(fault("").concerns(None) && fault("").concerns(Some(0)));
        let of_key = fault("key = \"k\"");
        assert!(of_key.concerns(Some(0)) && !of_key.concerns(None) && !of_key.concerns(Some(1)));
    }
}
