//! The entries of a list that are no jobs, counted: each once, though pages overlap, as far as they can be
//! told apart by when they were created and what else they say.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::api::Page;

/// So many are told apart; what comes on top is counted as it comes.
const MOST: usize = 10_000;

/// Of entries that say the same: the how manieth of a page.
type Mark = (Timestamp, u64, u32);

/// Those of the newest page, and of a reading of all others so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Odd {
    head: Seen,
    rest: Seen,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    marks: HashSet<Mark>,
    /// Those that do not fit in.
    others: usize,
    /// The most of one page that do not say when they were created: they have no place in the list, and who gives
    /// them with one page gives them with another.
    undated: usize,
}

impl Odd {
    /// Takes note of a page; gives how many of its entries have not been counted yet. A newest page takes the
    /// place of the last one, and tells of all of its own.
    pub(super) fn take(&mut self, head: bool, page: &Page) -> usize {
        if head {
            self.head = Seen::default();
        }
        let undated = page.unreadable.saturating_sub(page.odd.len());
        let known = if head { 0 } else { self.undated() };
        let (mut same, mut fresh) = (HashMap::new(), undated.saturating_sub(known));
        let mut room = MOST.saturating_sub(if head { 0 } else { self.rest.marks.len() });
        let Self { head: newest, rest } = self;
        let (seen, shown) = if head { (newest, None) } else { (rest, Some(newest)) };
        seen.undated = seen.undated.max(undated);
        for (at, says) in &page.odd {
            let place = same.entry((*at, *says)).or_insert(0_u32);
            *place += 1;
            let mark = (*at, *says, *place);
            if shown.as_ref().is_some_and(|shown| shown.marks.contains(&mark)) || seen.marks.contains(&mark) {
                continue;
            }
            fresh += 1;
            if room > 0 {
                room -= 1;
                seen.marks.insert(mark);
            } else {
                seen.others = seen.others.saturating_add(1);
            }
        }
        fresh
    }

    /// A reading of the whole list begins.
    pub(super) fn count_anew(&mut self) {
        self.rest = Seen::default();
    }

    /// All that are known of.
    pub(super) fn count(&self) -> usize {
        let both = self.head.marks.intersection(&self.rest.marks).count();
        let marks = self.head.marks.len() + self.rest.marks.len() - both;
        marks.saturating_add(self.head.others).saturating_add(self.rest.others).saturating_add(self.undated())
    }

    fn undated(&self) -> usize {
        self.head.undated.max(self.rest.undated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(odd: &[(i64, u64)], undated: usize) -> Page {
        let odd: Vec<_> = odd.iter().map(|(s, says)| (Timestamp::from_second(*s).unwrap(), *says)).collect();
        Page { unreadable: odd.len() + undated, odd, ..Page::default() }
    }

    #[test]
    fn each_is_counted_once_though_pages_overlap() {
        let mut odd = Odd::default();
        assert_eq!(odd.take(true, &page(&[(9, 1), (8, 1), (7, 1)], 0)), 3);
        assert_eq!(odd.take(false, &page(&[(7, 1), (7, 2), (6, 1)], 0)), 2);
        assert_eq!(odd.take(false, &page(&[(6, 1), (6, 1), (5, 1)], 2)), 4, "two say the same");
        assert_eq!(odd.count(), 9);
        // A newest page is counted anew, and what has left it counts where it is found.
        assert_eq!(odd.take(true, &page(&[(9, 1), (6, 1)], 0)), 2);
        assert_eq!(odd.count(), 7);
        odd.count_anew();
        assert_eq!(odd.count(), 2);
        assert_eq!(odd.take(true, &page(&[(9, 1)], 3)), 4);
        assert_eq!(odd.take(false, &page(&[(9, 1)], 3)), 0, "the same again");
        assert_eq!(odd.count(), 4);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_nothing_is_lost() {
        let many: Vec<_> = (0..25_000).map(|s| (s, 0)).collect();
        let mut odd = Odd::default();
        assert_eq!(odd.take(false, &page(&many, 0)), many.len());
        assert_eq!((odd.count(), odd.rest.marks.len()), (many.len(), MOST));
    }
}
