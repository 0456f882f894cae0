//! The usage overlay: what each key's account has used at each environment, and what those figures are not.

use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, format};
use crate::model::{EnvironmentId, KeyId, Period, SourceId, Usage, UsageRow};
use crate::state::{Action, Answer, Layout, State, layout::environment_width};

/// The lines of the overlay.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let fleet = state.store.fleet();
    let indent = usize::from(environment_width(fleet)) + 2;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut push = |indent: usize, spans: Vec<Span<'static>>| {
        lines.extend(Content::wrap(Line::from(spans), layout.overlay(), indent));
    };
    let Some(period) = state.usage.period else {
        push(0, vec![Span::styled(EMPTY, theme.text)]);
        return Content::new("Usage".to_owned(), lines);
    };
    for text in explained(period) {
        push(2, vec![Span::styled(text, theme.quiet)]);
    }
    for (key, label) in fleet.keys() {
        push(0, Vec::new());
        let kind = if label.temporary { "  temporary" } else { "" };
        push(
            2,
            vec![
                Span::styled(format!("Key {}", label.name), theme.title),
                Span::styled(format!(" ·{}{kind}", label.fingerprint), theme.quiet),
            ],
        );
        for (id, environment) in fleet.environments() {
            let name = Span::styled(format!("{:<indent$}", environment.name.as_str()), theme.title);
            let Some(source) = fleet.source_at(key, id) else {
                push(indent, vec![name, Span::styled("– not tried", theme.quiet)]);
                continue;
            };
            let mut first = Some(name);
            for spans in answer(state, theme, source, (key, id)) {
                let head = first.take().unwrap_or_else(|| Span::raw(" ".repeat(indent)));
                push(indent, std::iter::once(head).chain(spans).collect());
            }
        }
    }
    Content::new(title(state, period), lines)
}

/// What there is to say on the first day of a month.
const EMPTY: &str = "It is the first day of the month (UTC). The service leaves the current day out of what it counts, \
                     so that there is nothing of this month yet.";

/// What the figures are, and what they are not.
fn explained(Period { since, until }: Period) -> [String; 2] {
    [
        format!(
            "{since} to {until}: the whole UTC days of this month, until yesterday; the service leaves today out. Batch \
             jobs that ended well, also those that were deleted since; rejected and running ones are not counted, nor is \
             realtime."
        ),
        "Whether an answer counts its environment or all of the account is not documented: nothing here is added up \
         over environments or keys."
            .to_owned(),
    ]
}

fn title(state: &State, Period { since, .. }: Period) -> String {
    let (coming, asked) = state.usage.progress();
    let month = since.strftime("%B %Y");
    match coming {
        0 => format!("Usage · {month} · {} asks again", state.key_of(Action::RefreshNow)),
        _ => format!("Usage · {month} · {} of {asked} answered", asked - coming),
    }
}

/// What is known of one key at one environment, line by line.
fn answer(
    state: &State,
    theme: &Theme,
    source: SourceId,
    place: (KeyId, EnvironmentId),
) -> Vec<Vec<Span<'static>>> {
    match state.usage.answer(source) {
        None => vec![vec![Span::styled("not asked", theme.quiet)]],
        Some(Answer::Unasked(why)) => vec![vec![Span::styled(why.clone(), theme.quiet)]],
        Some(Answer::Coming) => vec![vec![Span::styled("… asking", theme.active)]],
        Some(Answer::Failed(why)) => vec![vec![Span::styled(why.clone(), theme.warning)]],
        Some(Answer::Here(usage, _)) => counted(state, theme, usage, place),
    }
}

fn counted(
    state: &State,
    theme: &Theme,
    usage: &Usage,
    place: (KeyId, EnvironmentId),
) -> Vec<Vec<Span<'static>>> {
    let (jobs, hours) = usage.total();
    let mut head = vec![Span::styled(format!("{} jobs · {} h", number(jobs), decimal(hours)), theme.text)];
    if let Some(twin) = same_elsewhere(state, usage, place) {
        let text = format!(" · the same figures as {twin}: probably those of the whole account");
        head.push(Span::styled(text, theme.warning));
    }
    if let Some(counted) = usage.counted.filter(|counted| Some(*counted) != state.usage.period) {
        let text = format!(" · the service counted {} to {}", counted.since, counted.until);
        head.push(Span::styled(text, theme.warning));
    }
    let mut lines = vec![head];
    let language = widest(usage, |row| row.language.as_deref());
    let model = widest(usage, |row| row.model.as_deref());
    let of = |row: &UsageRow| {
        let word = |word: &Option<Box<str>>| word.as_deref().unwrap_or("–").to_owned();
        let mut text = format!(
            "{} {} {:>10} jobs {:>12} h",
            padded(&word(&row.language), language),
            padded(&word(&row.model), model),
            number(row.jobs),
            decimal(row.hours)
        );
        for (said, usual) in [(&row.mode, "batch"), (&row.kind, "transcription")] {
            if !said.is_empty() && &**said != usual {
                text = format!("{text}  {said}");
            }
        }
        vec![Span::styled(text, theme.text)]
    };
    lines.extend(usage.details.iter().map(of));
    if usage.left_out > 0 {
        let text = format!("{} more lines could not be read", usage.left_out);
        lines.push(vec![Span::styled(text, theme.warning)]);
    }
    lines
}

/// An environment before this one whose answer for the same key is the very same, and not empty.
fn same_elsewhere(state: &State, usage: &Usage, (key, id): (KeyId, EnvironmentId)) -> Option<String> {
    let fleet = state.store.fleet();
    let same = |source| matches!(state.usage.answer(source), Some(Answer::Here(other, _)) if other == usage);
    let mut before = fleet.environments().take_while(|(other, _)| *other != id);
    let twin = before.find(|(other, _)| fleet.source_at(key, *other).is_some_and(same));
    twin.filter(|_| usage.total().0 > 0).map(|(_, environment)| environment.name.as_str().to_owned())
}

fn widest(usage: &Usage, word: impl Fn(&UsageRow) -> Option<&str>) -> usize {
    let words = usage.details.iter().filter_map(word);
    words.map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(1).min(20)
}

fn padded(text: &str, width: usize) -> String {
    let own = unicode_width::UnicodeWidthStr::width(text);
    format!("{text}{}", " ".repeat(width.saturating_sub(own)))
}

fn number(number: u64) -> String {
    usize::try_from(number).map_or_else(|_| number.to_string(), format::count)
}

/// Hours with two decimals: the service gives as many.
fn decimal(hours: f64) -> String {
    format!("{hours:.2}")
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::model::{Failure, FailureKind};
    use crate::state::{Action, Effect, Message, Settings, Size};
    use crate::store::Store;
    use crate::store::fixture::{EU1, EU1_OTHER, EU2, US1, fleet};
    use crate::ui::ThemeName;

    fn row(language: &str, model: &str, jobs: u64, hours: f64) -> UsageRow {
        UsageRow {
            mode: "batch".into(),
            kind: if model == "odd" { "alignment" } else { "transcription" }.into(),
            language: Some(language.into()),
            model: Some(model.into()),
            jobs,
            hours,
        }
    }

    fn shown(state: &State) -> String {
        let content = content(state, &state.layout(), &Theme::named(ThemeName::Mono));
        let lines = content.lines.iter().map(ToString::to_string);
        std::iter::once(content.title).chain(lines).collect::<Vec<_>>().join("\n")
    }

    fn state(now: &str) -> State {
        let settings = Settings {
            refresh: std::time::Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let size = Size { width: 110, height: 60 };
        State::new(Store::new(fleet()), settings, size, now.parse().unwrap())
    }

    #[test]
    fn every_answer_has_its_place_and_nothing_is_added_up() {
        let mut state = state("2026-11-23T04:34:00Z");
        let effects = state.act(Action::OpenUsage);
        let [Effect::AskUsage(number, period, _)] = effects[..] else { panic!("{effects:?}") };
        assert!(shown(&state).contains("Usage · November 2026 · 0 of 4 answered"));
        let usage = Usage {
            counted: Some(period),
            details: vec![row("en", "enhanced", 12_345, 678.9), row("cmn_en", "odd", 1, 0.0)],
            ..Usage::default()
        };
        let yesterday = Period { since: period.until, ..period };
        let other = Usage { counted: Some(yesterday), left_out: 3, ..Usage::default() };
        for (source, answer) in [
            (EU1, Ok(usage.clone())),
            (EU2, Ok(usage)),
            (EU1_OTHER, Ok(other)),
            (US1, Err(Failure { status: Some(403), ..Failure::new(FailureKind::Forbidden, "Forbidden") })),
        ] {
            state.update(Message::Usage(number, source, answer), state.now);
        }
        let text = shown(&state);
        for words in [
            "Usage · November 2026 · r asks again",
            "2026-11-01 to 2026-11-22: the whole UTC days of this month, until yesterday",
            "Key prod ·",
            "eu1  12,346 jobs · 678.90 h\n",
            "     en     enhanced     12,345 jobs       678.90 h\n",
            "     cmn_en odd               1 jobs         0.00 h  alignment\n",
            "eu2  12,346 jobs · 678.90 h · the same figures as eu1: probably those of the whole account",
            "us1  this key may not ask for usage",
            "eu1  0 jobs · 0.00 h · the service counted 2026-11-22 to 2026-11-22\n",
            "     3 more lines could not be read",
            "eu2  – not tried",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
        assert!(!text.contains("24,69"), "{text}");
    }

    #[test]
    fn on_the_first_of_a_month_it_says_that_there_is_nothing_yet() {
        let mut state = state("2026-11-01T04:34:00Z");
        state.act(Action::OpenUsage);
        assert!(shown(&state).contains("there is nothing of this month yet"));
    }
}
