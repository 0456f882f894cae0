//! Which moments of a source's list are known: a set of blocks of milliseconds, and the holes between
//! them. A million jobs read page by page are one block.

use std::collections::BTreeMap;

/// Before every moment that a job can be created at.
pub(super) const BEGINNING: i64 = i64::MIN / 4;
/// After every moment that a job can be created at.
pub(super) const END: i64 = i64::MAX / 4;

/// A stretch of milliseconds since 1970, both ends belonging to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) lo: i64,
    pub(super) hi: i64,
}

impl Stretch {
    pub(super) fn contains(self, ms: i64) -> bool {
        self.lo <= ms && ms <= self.hi
    }

    /// What of it is in none of `others`.
    pub(super) fn without(self, others: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut left = vec![self];
        for other in others {
            let cut = |one: Self| {
                [
                    Self { lo: one.lo, hi: one.hi.min(other.lo - 1) },
                    Self { lo: one.lo.max(other.hi + 1), hi: one.hi },
                ]
            };
            let kept = left.into_iter().flat_map(|one| {
                if one.hi < other.lo || other.hi < one.lo { [one, Self { lo: 0, hi: -1 }] } else { cut(one) }
            });
            left = kept.filter(|one| one.lo <= one.hi).collect();
        }
        left
    }
}

/// The blocks: never empty, never touching.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered(BTreeMap<i64, i64>);

impl Covered {
    /// Adds a stretch.
    pub(super) fn cover(&mut self, Stretch { mut lo, mut hi }: Stretch) {
        if lo > hi {
            return;
        }
        // Whatever it touches becomes one with it.
        while let Some((&start, &end)) = self.0.range(..=hi + 1).next_back()
            && end >= lo - 1
        {
            self.0.remove(&start);
            lo = lo.min(start);
            hi = hi.max(end);
        }
        self.0.insert(lo, hi);
    }

    /// Takes away everything after a moment.
    pub(super) fn uncover_after(&mut self, ms: i64) {
        while let Some((&start, &end)) = self.0.last_key_value()
            && end > ms
        {
            self.0.remove(&start);
            if start <= ms {
                self.0.insert(start, ms);
            }
        }
    }

    /// Takes away everything up to a moment.
    pub(super) fn uncover_before(&mut self, ms: i64) {
        while let Some((&start, &end)) = self.0.first_key_value()
            && start <= ms
        {
            self.0.remove(&start);
            if end > ms {
                self.0.insert(ms + 1, end);
            }
        }
    }

    /// What is not known from `hi` on back, newest first.
    pub(super) fn holes(&self, hi: i64) -> impl Iterator<Item = Stretch> {
        let mut blocks = self.0.range(..=hi).rev();
        let mut next = Some(hi);
        std::iter::from_fn(move || {
            while let Some(hi) = next.take() {
                let Some((&start, &end)) = blocks.next() else {
                    return (hi >= BEGINNING).then_some(Stretch { lo: BEGINNING, hi });
                };
                next = (start > BEGINNING).then_some(start - 1);
                if end < hi {
                    return Some(Stretch { lo: end + 1, hi });
                }
            }
            None
        })
    }

    /// Whether every moment from `hi` on back is known.
    pub(super) fn is_whole(&self, hi: i64) -> bool {
        self.holes(hi).next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn known(covered: &Covered) -> BTreeSet<i64> {
        covered.0.iter().flat_map(|(lo, hi)| *lo..=*hi).collect()
    }

    proptest! {
        #[test]
        fn it_is_a_set_of_moments(
            steps in prop::collection::vec((0..60_i64, 0..12_i64, prop::sample::select(vec![0, 0, 0, 1, 2])), 0..40),
            from in 0..70_i64,
        ) {
            let (mut covered, mut plain) = (Covered::default(), BTreeSet::new());
            for (lo, length, takes) in steps {
                match takes {
                    0 => {
                        covered.cover(Stretch { lo, hi: lo + length - 1 });
                        plain.extend(lo..lo + length);
                    }
                    1 => {
                        covered.uncover_after(lo);
                        plain.retain(|ms| *ms <= lo);
                    }
                    _ => {
                        covered.uncover_before(lo);
                        plain.retain(|ms| *ms > lo);
                    }
                }
                prop_assert_eq!(&known(&covered), &plain);
                let blocks: Vec<_> = covered.0.iter().map(|(lo, hi)| (*lo, *hi)).collect();
                prop_assert!(blocks.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "{:?}", blocks);
            }
            let holes: Vec<_> = covered.holes(from).collect();
            prop_assert!(holes.windows(2).all(|pair| pair[0].lo > pair[1].hi));
            for ms in -5..=from {
                prop_assert_eq!(holes.iter().any(|hole| hole.contains(ms)), !plain.contains(&ms));
            }
            prop_assert!(!holes.iter().any(|hole| hole.hi > from) && !covered.is_whole(from));
            covered.cover(Stretch { lo: BEGINNING, hi: from });
            prop_assert!(covered.is_whole(from) && covered.holes(from).next().is_none());
        }

        #[test]
        fn what_is_taken_away_is_gone(lo in 0..30_i64, length in 1..30_i64, others in prop::collection::vec((0..60_i64, 0..20_i64), 0..6)) {
            let whole = Stretch { lo, hi: lo + length };
            let others: Vec<_> = others.into_iter().map(|(lo, more)| Stretch { lo, hi: lo + more }).collect();
            let left = whole.without(others.clone());
            for ms in 0..80 {
                let expected = whole.contains(ms) && !others.iter().any(|other| other.contains(ms));
                prop_assert_eq!(left.iter().filter(|one| one.contains(ms)).count(), usize::from(expected));
            }
        }
    }
}
