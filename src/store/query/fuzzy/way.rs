//! Where the letters of a word stand in a text that it abbreviates: the way that the matcher found, for
//! the few texts that are on the screen. It decides nothing by itself.

use super::{Gaps, LONGEST, LONGEST_TEXT, NONE, Scratch, Text, Word};

impl Word {
    /// The characters of a text that the word's letters stand for, by number; `None` where the word does
    /// not abbreviate the text.
    pub(in crate::store::query) fn way(&self, text: &str) -> Option<Vec<usize>> {
        let word = self.letters.as_deref().filter(|_| text.len() <= LONGEST_TEXT)?;
        let first = *word.first()?;
        let mut scratch = Scratch::new();
        self.fold(text, &mut scratch);
        let Scratch { written, folded } = &scratch;
        if let Some(at) = folded.windows(word.len()).position(|piece| piece == word) {
            return Some((at..at + word.len()).collect());
        }
        let text = Text::Folded { written, folded };
        let begins = |at: &usize| text.folded(*at) == first && text.begins_word(*at);
        (0..folded.len()).filter(begins).find_map(|at| text.way(word, at))
    }
}

impl Text<'_> {
    /// The way with the fewest gaps that lays a word over the text from a place on.
    fn way(self, word: &[char], from: usize) -> Option<Vec<usize>> {
        if !self.lies(word, from) {
            return None;
        }
        let pieces = u8::try_from(word.len() / 2).unwrap_or(NONE).max(2);
        let end = (2 * word.len()).min(self.len() - from);
        let mut first: Gaps = [NONE; 2 * LONGEST];
        first[0] = 0;
        let mut ways = vec![first];
        for (nth, letter) in word.iter().enumerate().skip(1) {
            let before = ways.last()?;
            let mut gaps: Gaps = [NONE; 2 * LONGEST];
            for place in (nth..end).filter(|place| self.folded(from + place) == *letter) {
                let (fewest, _) = self.nearest(from, place, before);
                if let Some(gaps) = gaps.get_mut(place).filter(|_| fewest < pieces) {
                    *gaps = fewest;
                }
            }
            ways.push(gaps);
        }
        // Back from where the last letter stands best.
        let last = ways.pop()?;
        let (mut place, _) =
            last.iter().enumerate().filter(|(_, gaps)| **gaps != NONE).min_by_key(|(_, gaps)| **gaps)?;
        let mut places = vec![from + place];
        while let Some(before) = ways.pop() {
            (_, place) = self.nearest(from, place, &before);
            places.push(from + place);
        }
        places.reverse();
        Some(places)
    }
}
