//! How much a key may ask: a count for every key and kind of request, that starts anew each second.

use std::collections::HashMap;

use crate::sandbox::scenario::LimitsPlan;

#[derive(Debug, Default)]
pub(super) struct Limits {
    plan: Option<LimitsPlan>,
    /// By key, and whether it submits: the second, and the requests in it.
    counts: HashMap<(usize, bool), (i64, u32)>,
}

impl Limits {
    pub(super) fn new(plan: Option<LimitsPlan>) -> Self {
        Self { plan, counts: HashMap::new() }
    }

    /// Counts a request. False where it is one too many.
    pub(super) fn admit(&mut self, key: usize, submits: bool, now_ms: i64) -> bool {
        let Some(plan) = self.plan else { return true };
        let allowed = if submits { plan.submits_per_second } else { plan.reads_per_second }.get();
        let second = now_ms.div_euclid(1000);
        let count = self.counts.entry((key, submits)).or_default();
        if count.0 != second {
            *count = (second, 0);
        }
        count.1 = count.1.saturating_add(1);
        count.1 <= allowed
    }
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use crate::sandbox::scenario::LimitsPlan;

    #[test]
    fn each_second_starts_anew() {
        let mut limits = Limits::new(Some(LimitsPlan {
            submits_per_second: 1.try_into().unwrap(),
            reads_per_second: 3.try_into().unwrap(),
        }));
        let mut reads =
            |at_ms| (0..5).map(|_| limits.admit(0, false, at_ms)).filter(|admitted| *admitted).count();
        assert_eq!((reads(0), reads(999), reads(1000)), (3, 0, 3));
        assert!(limits.admit(0, true, 1000), "submissions count apart");
        assert!(limits.admit(1, false, 1000), "keys count apart");
        assert!(Limits::new(None).admit(0, false, 0));
    }
}
