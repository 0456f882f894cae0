//! What is said in a recording: words and marks with their times and speakers, drawn from a job's seed. It
//! knows nothing of the formats that transcripts come in.

use serde::Deserialize;

use super::random::Random;

const TEXT: &str = include_str!("../../../assets/sandbox/speech.toml");

/// Longer recordings fall silent after this: four hours.
const LONGEST_MS: u64 = 4 * 3_600_000;

/// The languages that somebody speaks here.
#[derive(Debug, Deserialize)]
pub(super) struct Speech {
    languages: Vec<Tongue>,
}

/// A language: its sentences, and how they are written.
#[derive(Debug, Deserialize)]
pub(super) struct Tongue {
    pub(super) code: String,
    pub(super) name: String,
    /// What stands between two words.
    pub(super) delimiter: String,
    /// `ltr` or `rtl`
    pub(super) direction: String,
    sentences: Vec<String>,
}

/// A word or a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Utterance<'a> {
    pub(super) text: &'a str,
    /// A mark attaches to the word before it and takes no time.
    pub(super) mark: bool,
    /// A mark that ends a sentence.
    pub(super) ends: bool,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    /// From 0.
    pub(super) speaker: usize,
    /// Hundredths.
    pub(super) confidence: u64,
}

/// A sentence as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence {
    /// Its place in the language's list: the same sentence of another language is its translation.
    pub(super) place: usize,
    pub(super) speaker: usize,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
}

const MARKS: &[char] = &['.', ',', '?', '!', '。', '、', '؟', '،', '¿', '।'];

impl Speech {
    pub(super) fn shipped() -> Result<Self, String> {
        toml::from_str(TEXT).map_err(|error| error.to_string())
    }

    /// The language of that code; English where nobody here speaks it.
    pub(super) fn tongue(&self, code: &str) -> Option<&Tongue> {
        self.spoken(code).or_else(|| self.languages.first())
    }

    /// The language of that code, and no other.
    pub(super) fn spoken(&self, code: &str) -> Option<&Tongue> {
        self.languages.iter().find(|tongue| tongue.code == code)
    }
}

impl Tongue {
    /// Everything said in `audio_s` seconds by up to `speakers` people.
    pub(super) fn talk(
        &self,
        seed: u64,
        audio_s: u32,
        speakers: usize,
    ) -> Vec<(Sentence, Vec<Utterance<'_>>)> {
        let mut random = Random::new(seed ^ 0x5EAC_4E55);
        let end_ms = (u64::from(audio_s) * 1000).min(LONGEST_MS);
        let mut now_ms = 200 + random.below(700);
        let mut speaker = 0;
        let mut talk = Vec::new();
        while now_ms < end_ms && !self.sentences.is_empty() {
            let place = usize::try_from(random.below(u64::try_from(self.sentences.len()).unwrap_or(0)));
            let place = place.unwrap_or(0);
            let start_ms = now_ms;
            let mut said = self.say(place, &mut random, &mut now_ms, speaker);
            // What does not fit any more is not said.
            said.retain(|utterance| utterance.end_ms <= end_ms);
            if let Some(last) = said.last() {
                talk.push((Sentence { place, speaker, start_ms, end_ms: last.end_ms }, said));
            }
            now_ms += 250 + random.below(900);
            if speakers > 1 && random.chance(450) {
                let other =
                    usize::try_from(random.below(u64::try_from(speakers - 1).unwrap_or(0))).unwrap_or(0);
                speaker = (speaker + 1 + other) % speakers;
            }
        }
        talk
    }

    fn say(&self, place: usize, random: &mut Random, now_ms: &mut u64, speaker: usize) -> Vec<Utterance<'_>> {
        let mut said = Vec::new();
        let sentence = self.sentences.get(place).map_or("", String::as_str);
        for token in sentence.split_whitespace() {
            // A mark before a word (¿) is left to the reader: the service attaches all to the word before.
            let bare = token.trim_start_matches(MARKS);
            let word = bare.trim_end_matches(MARKS);
            let mark = if word.is_empty() { token } else { bare.strip_prefix(word).unwrap_or_default() };
            if !word.is_empty() {
                let letters = u64::try_from(word.chars().count()).unwrap_or(0);
                let start_ms = *now_ms;
                *now_ms += 90 + letters * 45 + random.below(80);
                let confidence = 100 - random.below(30) * random.below(30) / 30;
                said.push(Utterance {
                    text: word,
                    mark: false,
                    ends: false,
                    start_ms,
                    end_ms: *now_ms,
                    speaker,
                    confidence,
                });
                *now_ms += 20 + random.below(60);
            }
            if !mark.is_empty() && !said.is_empty() {
                let at = said.last().map_or(*now_ms, |last: &Utterance<'_>| last.end_ms);
                let ends = !mark.starts_with([',', '、', '،']);
                said.push(Utterance {
                    text: mark,
                    mark: true,
                    ends,
                    start_ms: at,
                    end_ms: at,
                    speaker,
                    confidence: 100,
                });
            }
        }
        said
    }

    /// The sentence of that place as a reader sees it.
    pub(super) fn written(&self, place: usize) -> String {
        let sentence = self.sentences.get(place % self.sentences.len().max(1)).map_or("", String::as_str);
        let mut out = String::new();
        for token in sentence.split_whitespace() {
            let mark = token.chars().all(|c| MARKS.contains(&c));
            if !out.is_empty() && !mark {
                out.push_str(&self.delimiter);
            }
            out.push_str(token);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Speech;

    #[test]
    fn talk_keeps_to_its_time() {
        let speech = Speech::shipped().unwrap();
        for tongue in &speech.languages {
            for (audio_s, speakers) in [(0, 1), (1, 1), (30, 2), (600, 3)] {
                let talk = tongue.talk(7, audio_s, speakers);
                let mut last_ms = 0;
                for utterance in talk.iter().flat_map(|(_, said)| said) {
                    assert!(utterance.start_ms >= last_ms && utterance.end_ms <= u64::from(audio_s) * 1000);
                    assert!(utterance.mark == (utterance.start_ms == utterance.end_ms), "{utterance:?}");
                    assert!(utterance.speaker < speakers && (1..=100).contains(&utterance.confidence));
                    last_ms = utterance.end_ms;
                }
                assert_eq!(talk.is_empty(), audio_s < 2 && talk.is_empty());
            }
            assert!(tongue.talk(7, 60, 2).len() > 5, "{}", tongue.code);
        }
    }

    #[test]
    fn marks_stand_alone() {
        let speech = Speech::shipped().unwrap();
        for code in ["en", "es", "ja", "ar"] {
            let tongue = speech.spoken(code).unwrap();
            let talk = tongue.talk(3, 120, 1);
            let words: Vec<_> = talk.iter().flat_map(|(_, said)| said).collect();
            assert!(words.iter().any(|word| word.mark && word.ends), "{code}");
            assert!(
                words.iter().all(|word| word.mark || !word.text.ends_with([',', '.', '?', '。'])),
                "{code}"
            );
        }
        assert_eq!(speech.tongue("xx").unwrap().code, "en");
    }

    #[test]
    fn sentences_are_written_as_their_readers_write_them() {
        let speech = Speech::shipped().unwrap();
        assert_eq!(speech.spoken("ja").unwrap().written(4), "受付番号をお願いします。");
        assert_eq!(speech.spoken("en").unwrap().written(17), "Thank you, that answers my question.");
    }
}
