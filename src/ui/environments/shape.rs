//! What of an environment's line fits into the pane, and how wide each piece is: the same for all lines, and
//! while numbers change.

/// One piece of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Region,
    Name,
    State,
    Latency,
    Trend,
    Figures,
    Jobs,
    Running,
    Age,
    Keys,
}

/// The pieces in the order of the line.
const PARTS: [Part; 10] = [
    Part::Region,
    Part::Name,
    Part::State,
    Part::Latency,
    Part::Trend,
    Part::Figures,
    Part::Jobs,
    Part::Running,
    Part::Age,
    Part::Keys,
];

/// What a line gives up, one after another, until it fits.
#[derive(Clone, Copy)]
enum Loss {
    Whole(Part),
    /// The word, of which a shorter one or a glyph stays; of the state what stands behind a long one.
    Word(Part),
}

/// In which order. Name, state and age always stay; that data is stale is told by its word for as long as
/// there is room.
const LOSSES: [Loss; 10] = [
    Loss::Whole(Part::Figures),
    Loss::Whole(Part::Region),
    Loss::Word(Part::Running),
    Loss::Whole(Part::Trend),
    Loss::Word(Part::Age),
    Loss::Word(Part::State),
    Loss::Whole(Part::Jobs),
    Loss::Whole(Part::Keys),
    Loss::Whole(Part::Running),
    Loss::Whole(Part::Latency),
];

/// The least and the most bars of a trend.
const BARS: (u16, u16) = (4, 16);
/// The cells of a state: `– no access`, `✖ down 503⇢`.
pub(super) const STATE: u16 = 11;
/// The cells of a state with a latency behind it: both are seldom as long as they may be; and the same where
/// beside `degraded` there is no room for a latency.
const STATE_AND_LATENCY: (u16, u16) = (15, 12);

/// The cells of an age with its word, `stale 3m12s`, and without.
const AGE: (u16, u16) = (11, 6);

/// The pieces that fit, and how.
pub(super) struct Shape {
    /// Each with its cells.
    pub(super) parts: Vec<(Part, u16)>,
    pub(super) words: Words,
}

/// Which words are written in full.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) running: bool,
    pub(super) age: bool,
    state: bool,
}

/// Gives up one thing after another until the rest fits; the trend takes what is left over.
pub(super) fn shape(room: u16, has_keys_pane: bool, longest: impl Fn(Part, Words) -> usize) -> Shape {
    let mut parts: Vec<Part> = PARTS.to_vec();
    // Where there is no room for the matrix, each line says what its keys are worth.
    parts.retain(|part| *part != Part::Keys || !has_keys_pane);
    let mut words = Words { running: true, age: true, state: true };
    let mut losses = LOSSES.iter();
    loop {
        // The latency stands in the state's cells.
        let has_latency = parts.contains(&Part::Latency);
        let shown = parts.iter().filter(|part| **part != Part::Latency);
        let width = |part: Part| match part {
            Part::State if has_latency && words.state => STATE_AND_LATENCY.0,
            Part::State if has_latency => STATE_AND_LATENCY.1,
            part => least(part, words, longest(part, words)),
        };
        let mut sized: Vec<(Part, u16)> = shown.map(|part| (*part, width(*part))).collect();
        let used: u16 = sized.iter().map(|(_, width)| width + 1).sum();
        let left = (room + 1).checked_sub(used);
        let loss = if left.is_some() { None } else { losses.next() };
        match loss {
            Some(Loss::Whole(lost)) => parts.retain(|part| part != lost),
            Some(Loss::Word(Part::Age)) => words.age = false,
            Some(Loss::Word(Part::State)) => words.state = false,
            Some(Loss::Word(_)) => words.running = false,
            None => {
                regain(&mut sized, &mut words, left.unwrap_or(0));
                return Shape { parts: sized, words };
            }
        }
    }
}

/// What is left over goes to words that were given up in vain, and then to the trend.
fn regain(sized: &mut [(Part, u16)], words: &mut Words, mut left: u16) {
    // That data is stale is told at the end of the line, and goes first here.
    for (part, width) in sized.iter_mut().rev() {
        let (whole, word) = match part {
            Part::Age => (AGE.0, &mut words.age),
            Part::State if *width > STATE => (STATE_AND_LATENCY.0, &mut words.state),
            Part::Trend => {
                let more = left.min(BARS.1.saturating_sub(*width));
                (*width, left) = (*width + more, left - more);
                continue;
            }
            _ => continue,
        };
        let more = whole.saturating_sub(*width);
        if let Some(rest) = left.checked_sub(more) {
            (*width, left, *word) = (whole, rest, true);
        }
    }
}

/// The cells that a piece needs: as many as it takes at most times, so that nothing moves while numbers change,
/// and more where they are larger than that.
fn least(part: Part, words: Words, longest: usize) -> u16 {
    let at_least = |usual: u16| u16::try_from(longest).unwrap_or(usual).max(usual);
    match part {
        Part::Region => 4,
        Part::Name => at_least(3),
        Part::State => STATE,
        Part::Latency => 5,
        Part::Trend => BARS.0,
        Part::Figures => 14,
        Part::Jobs => at_least(10),
        Part::Running => at_least(if words.running { 10 } else { 6 }),
        Part::Age if words.age => AGE.0,
        Part::Age => AGE.1,
        Part::Keys => at_least(8).min(24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A fleet of five, whose longest texts are these.
    fn usual(part: Part, words: Words) -> usize {
        match part {
            Part::Name => 3,
            Part::Jobs => "12,439+ jobs".len(),
            Part::Running if words.running => "128 running".len(),
            Part::Running => "128 run".len(),
            Part::Keys => "production ✔ partner ✖401".chars().count(),
            _ => 0,
        }
    }

    #[test]
    fn what_is_shown_fits_and_nothing_is_given_up_in_vain() {
        for has_keys_pane in [true, false] {
            let mut before = 0;
            for room in 20..200 {
                let Shape { parts, words } = shape(room, has_keys_pane, usual);
                let used: u16 = parts.iter().map(|(_, width)| width + 1).sum::<u16>() - 1;
                assert!(used <= room || parts.len() == 3, "{used} of {room}");
                assert!(parts.len() >= before, "{room}: a wider pane shows no less");
                before = parts.len();
                let has = |part| parts.iter().any(|(shown, _)| *shown == part);
                assert!(has(Part::Name) && has(Part::State) && has(Part::Age), "{room}");
                assert!(
                    words.age || !has(Part::Trend),
                    "{room}: that it is stale is worth more than a trend"
                );
            }
        }
    }
}
