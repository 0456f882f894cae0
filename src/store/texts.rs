//! The jobs' own texts, one behind the other in large pieces of memory: an allocation for each would cost
//! a fourth of the text again, and stand anywhere. It knows of no job more than whose text is whose.
//!
//! What goes leaves a hole. A part with more holes than text is given up, and what it still holds moves to
//! where new text goes, so that at most half of the memory is holes.

use super::slab::Handle;

/// The bytes of a part. A text begins within that, so that 16 bits say where.
const PART: usize = 1 << 16;

/// Where a text begins. The part's number is in halves, so that all of it takes six bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    part: [u16; 2],
    at: u16,
}

impl Place {
    fn new(part: usize, at: usize) -> Self {
        // 2³² parts are more than any machine has memory for; a text begins within a part's 2¹⁶ bytes.
        let [a, b, c, d] = u32::try_from(part).unwrap_or(u32::MAX).to_be_bytes();
        let part = [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])];
        Self { part, at: u16::try_from(at).unwrap_or(u16::MAX) }
    }

    fn part(self) -> usize {
        let [high, low] = self.part;
        usize::from(high) << 16 | usize::from(low)
    }
}

#[derive(Debug, Default)]
struct Part {
    text: String,
    /// Whose texts stand here, and some whose did.
    owners: Vec<Handle>,
    /// The bytes that are in use.
    live: usize,
}

/// A part that is given up.
#[derive(Debug)]
pub(super) struct Sparse {
    number: usize,
    part: Part,
}

impl Sparse {
    /// Whose texts may stand here.
    pub(super) fn owners(&self) -> &[Handle] {
        &self.part.owners
    }

    /// Whether a text stands here.
    pub(super) fn holds(&self, place: Place) -> bool {
        place.part() == self.number
    }
}

/// All texts.
#[derive(Debug, Default)]
pub(super) struct Texts {
    parts: Vec<Part>,
    /// The part that is being filled.
    open: usize,
    /// Numbers of parts that are empty.
    free: Vec<usize>,
    /// Parts with more holes than text.
    sparse: Vec<usize>,
}

impl Texts {
    /// Some bytes of the text that begins at a place; nothing where they end amid a character.
    pub(super) fn get(&self, place: Place, from: usize, to: usize) -> &str {
        let at = usize::from(place.at);
        let text = self.parts.get(place.part()).and_then(|part| part.text.get(at + from..at + to));
        text.unwrap_or_default()
    }

    /// Takes a text in.
    pub(super) fn put(&mut self, text: &str, owner: Handle) -> Place {
        let is_full = |part: &Part| !part.text.is_empty() && part.text.len() + text.len() > PART;
        if self.parts.get(self.open).is_none_or(is_full) {
            self.open_another();
        }
        let number = self.open;
        let Some(part) = self.parts.get_mut(number) else { return Place::new(number, 0) };
        let at = part.text.len();
        // The first part grows as it is filled: most fleets are small.
        if number > 0 && at == 0 {
            part.text.reserve_exact(PART);
        }
        part.text.push_str(text);
        part.owners.push(owner);
        part.live += text.len();
        Place::new(number, at)
    }

    fn open_another(&mut self) {
        let full = self.open;
        if let Some(part) = self.parts.get_mut(full) {
            part.owners.shrink_to_fit();
        }
        self.open = self.free.pop().unwrap_or_else(|| {
            self.parts.push(Part::default());
            self.parts.len() - 1
        });
        self.note_if_sparse(full);
    }

    /// Lets go of a text of so many bytes.
    pub(super) fn remove(&mut self, place: Place, length: usize) {
        let number = place.part();
        let Some(part) = self.parts.get_mut(number) else { return };
        let before = part.live;
        part.live = before.saturating_sub(length);
        // It is noted once.
        if number != self.open && before * 2 >= part.text.len() {
            self.note_if_sparse(number);
        }
    }

    fn note_if_sparse(&mut self, number: usize) {
        if self.parts.get(number).is_some_and(|part| part.live * 2 < part.text.len()) {
            self.sparse.push(number);
        }
    }

    /// Takes out a part that has more holes than text. Its texts must be [moved](Self::move_over) before it
    /// is [given back](Self::give_back).
    pub(super) fn take_sparse(&mut self) -> Option<Sparse> {
        let number = self.sparse.pop()?;
        Some(Sparse { number, part: self.parts.get_mut(number).map(std::mem::take)? })
    }

    /// Moves a text out of a part that is given up.
    pub(super) fn move_over(&mut self, from: &Sparse, place: Place, length: usize, owner: Handle) -> Place {
        let at = usize::from(place.at);
        self.put(from.part.text.get(at..at + length).unwrap_or_default(), owner)
    }

    /// How many bytes are in use.
    #[cfg(test)]
    pub(super) fn live(&self) -> usize {
        self.parts.iter().map(|part| part.live).sum()
    }

    /// Gives back a part whose texts have moved.
    pub(super) fn give_back(&mut self, sparse: &Sparse) {
        self.free.push(sparse.number);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Moves everything that stands in sparse parts.
    fn compact(texts: &mut Texts, held: &mut [Option<(String, Place)>]) {
        while let Some(sparse) = texts.take_sparse() {
            for owner in sparse.owners() {
                if let Some((text, place)) = held[owner.index()].as_mut().filter(|(_, at)| sparse.holds(*at))
                {
                    *place = texts.move_over(&sparse, *place, text.len(), *owner);
                }
            }
            texts.give_back(&sparse);
        }
    }

    proptest! {
        #[test]
        fn every_text_stays_what_it_is_and_holes_are_few(
            steps in prop::collection::vec((0..300_usize, 0..4_000_usize, 0..4_u8), 1..400),
        ) {
            let mut texts = Texts::default();
            let mut held: Vec<Option<(String, Place)>> = vec![None; 300];
            for (number, length, what) in steps {
                if let Some((text, place)) = held[number].take() {
                    texts.remove(place, text.len());
                }
                if what > 0 {
                    let text: String = format!("é{number} {length} ").chars().cycle().take(length).collect();
                    let place = texts.put(&text, Handle::new(u32::try_from(number).unwrap()));
                    held[number] = Some((text, place));
                }
                compact(&mut texts, &mut held);
            }
            for (text, place) in held.iter().flatten() {
                prop_assert_eq!(texts.get(*place, 0, text.len()), text.as_str());
            }
            let live: usize = held.iter().flatten().map(|(text, _)| text.len()).sum();
            let taken: usize = texts.parts.iter().map(|part| part.text.capacity()).sum();
            prop_assert_eq!(texts.live(), live);
            // The open part, and what each leaves at its end because the next text is too long for it.
            prop_assert!(taken <= 2 * live + live / 4 + 2 * PART, "{taken} of {live}");
        }
    }
}
