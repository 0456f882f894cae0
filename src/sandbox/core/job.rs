//! One job, small enough to hold a million: what was decided when it was submitted. Everything that can be
//! drawn again from its seed (names, references, configuration) is drawn again when it is shown.

/// A job's id as a number: ten digits of base 36.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id(u64);

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH: usize = 10;

impl Id {
    /// How many ids there are: 36 to the tenth.
    pub(super) const COUNT: u64 = 3_656_158_440_062_976;

    /// `number` must be below [`Id::COUNT`]; what is above is cut off.
    pub(super) fn new(number: u64) -> Self {
        Self(number % Self::COUNT)
    }

    /// Reads ten lower-case letters and digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH {
            return None;
        }
        let mut number = 0;
        for byte in text.bytes() {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'z' => byte - b'a' + 10,
                _ => return None,
            };
            number = number * 36 + u64::from(digit);
        }
        Some(Self(number))
    }

    /// The ten letters and digits.
    pub(super) fn text(self) -> String {
        let mut text = String::with_capacity(LENGTH);
        self.write(&mut text);
        text
    }

    /// Appends the ten letters and digits.
    pub(super) fn write(self, out: &mut String) {
        let mut place = Self::COUNT / 36;
        while place > 0 {
            let digit = usize::try_from(self.0 / place % 36).unwrap_or(0);
            out.push(char::from(DIGITS.get(digit).copied().unwrap_or(b'0')));
            place /= 36;
        }
    }
}

/// How a job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    /// Done, but whoever was to be told of it could not be reached.
    DoneUnheard,
    Rejected(Refusal),
}

/// Why a job was rejected, as its `errors` say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The audio could not be fetched: four attempts, and four errors with that status.
    FetchFailed(u16),
    BadAudio,
    NoSpeech,
    LowConfidence,
    UnexpectedLanguage,
    UnsupportedLanguage,
}

/// Where a job is at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Running,
    Done,
    Rejected,
    Deleted,
}

impl Status {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Deleted => "deleted",
        }
    }
}

/// A job. Where `sent` is empty it was made up, and its seed draws everything that is not here.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: Id,
    pub(super) created_ms: i64,
    /// When it is done or rejected.
    pub(super) finishes_ms: i64,
    pub(super) seed: u64,
    pub(super) sent: Option<Box<Sent>>,
    pub(super) audio_s: u32,
    pub(super) outcome: Outcome,
    pub(super) deleted: bool,
}

/// What a client submitted.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// Empty where the audio is fetched.
    pub(super) data_name: String,
    /// The configuration, as JSON text.
    pub(super) config: String,
    pub(super) language: String,
    pub(super) model: String,
    /// The first URL that is told of the end.
    pub(super) hook: Option<String>,
    /// The reference of the temporary key that submitted it.
    pub(super) client_ref: Option<String>,
}

impl Job {
    pub(super) fn status(&self, now_ms: i64) -> Status {
        match self.outcome {
            _ if self.deleted => Status::Deleted,
            _ if now_ms < self.finishes_ms => Status::Running,
            Outcome::Rejected(_) => Status::Rejected,
            Outcome::Done | Outcome::DoneUnheard => Status::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn ids_are_ten_letters_and_digits_and_come_back() {
        for number in [0, 1, 35, 36, 123_456_789_012, Id::COUNT - 1] {
            let id = Id::new(number);
            let mut text = String::new();
            id.write(&mut text);
            assert_eq!(text.len(), 10, "{text}");
            assert_eq!(Id::parse(&text), Some(id));
        }
        for text in ["", "a1b2c3d4e", "A1B2C3D4E5", "a1b2c3d4e5f", "a1b2c3d4e\u{e9}"] {
            assert_eq!(Id::parse(text), None, "{text}");
        }
    }
}
