//! Items that somebody takes for [`Sorters`], put together by their ranges before they are added: on whatever thread
//! took them, so that adding them is copying them.

use super::{Item, Sorters};

/// Items in the order in which they came; once they are [parted](Taken::part), those of each range together.
#[derive(Debug, Default)]
pub(in crate::store) struct Taken {
    items: Vec<Item>,
    /// Where each range ends.
    ends: Vec<usize>,
    /// Of each item its range, and the room to move items.
    ranges: Vec<u8>,
    room: Vec<Item>,
}

impl Taken {
    /// Nothing taken, and room for so many.
    pub(in crate::store) fn clear(&mut self, room: usize) {
        self.items.clear();
        self.ends.clear();
        self.items.reserve_exact(room);
    }

    pub(in crate::store) fn push(&mut self, item: Item) {
        self.items.push(item);
    }

    /// Puts the items of each range together, in the order in which they came. In loops of their own, in which a
    /// processor goes through many at once.
    pub(in crate::store) fn part(&mut self, sorters: &Sorters) {
        self.ends.resize(sorters.ranges(), 0);
        if let [end] = self.ends.as_mut_slice() {
            *end = self.items.len();
            return;
        }
        self.ranges.clear();
        // There are 32 at most.
        self.ranges
            .extend(self.items.iter().map(|item| u8::try_from(sorters.range(*item)).unwrap_or(u8::MAX)));
        for range in &self.ranges {
            if let Some(count) = self.ends.get_mut(usize::from(*range)) {
                *count += 1;
            }
        }
        let mut place = 0;
        for count in &mut self.ends {
            place += std::mem::replace(count, place);
        }
        self.room.clone_from(&self.items);
        for (item, range) in self.room.iter().zip(&self.ranges) {
            let Some(place) = self.ends.get_mut(usize::from(*range)) else { continue };
            if let Some(room) = self.items.get_mut(*place) {
                *room = *item;
            }
            *place += 1;
        }
    }

    /// The items of each range.
    pub(super) fn by_range(&self) -> impl Iterator<Item = &[Item]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.items.get(*start..*end).unwrap_or_default())
    }
}
