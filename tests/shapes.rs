//! The real program on terminals of many shapes: in every theme and colour depth, at the sizes that people
//! have and at five hundred that nobody chose, while reports come in and things are opened over the panes.
//! Nothing stands outside the frame, and no cell is left over from a frame before: what a terminal shows
//! is what it shows after everything was drawn anew.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "shapes/oracle.rs"]
mod oracle;

#[cfg(test)]
mod shapes {
    use jiff::SignedDuration;
    use vt100::Screen;

    use crate::oracle::{Board, Dice};
    use crate::support::fleet::{Behaviour, Fleet};
    use crate::support::jobs::{Job, ago, job, ordinary};
    use crate::support::{Launch, Session};

    /// Names whose letters are wide, marked, several in one, or of a width that is disputed.
    const NAMES: [&str; 12] = [
        "plain name.wav",
        "会議録音 2026-11-22 東京.mp3",
        "회의 녹음 서울.wav",
        "ｆｕｌｌｗｉｄｔｈ.wav",
        "e\u{301}te\u{301} a\u{300} la\u{300} plage n\u{303}.mp3",
        "z\u{335}\u{321}\u{34f}a\u{315}\u{31b}\u{346}l\u{328}g\u{334}o.wav",
        "नमस्ते दुनिया साक्षात्कार हॉल.wav",
        "שלום עולם.wav",
        "🎙 podcast 🎧 42.mp3",
        "☀\u{fe0f} sunny ❤\u{fe0f} day.wav",
        "👍🏽 tones 👩🏾 and 🇬🇧 flags.wav",
        "ｱｲｳ half ㍿ square ﷽ long.wav",
    ];

    fn named() -> Vec<Job> {
        let begun = ago(SignedDuration::from_hours(30));
        let named = NAMES.iter().enumerate().map(|(nth, name)| {
            let created = begun - SignedDuration::from_mins(i64::try_from(nth).unwrap());
            let fields = format!(
                r#""status":"{}","duration":61,"data_name":"{name}","config":{{"transcription_config":{{"language":"en","operating_point":"enhanced"}},"tracking":{{"title":"{name}"}}}}"#,
                ["done", "rejected"][nth % 2]
            );
            job(&format!("shape{nth:05}"), created, &fields)
        });
        named.collect()
    }

    fn fleet() -> Fleet {
        Fleet::start([
            ("alpha", Behaviour::healthy(named())),
            ("beta", Behaviour::healthy(ordinary("bet", 120))),
            ("gamma", Behaviour::unavailable()),
        ])
    }

    fn session(fleet: &Fleet, theme: &str, colours: &str) -> Session {
        let launch = Launch::new(&["--theme", theme, "--colours", colours, "--config"]);
        launch.arg(fleet.config("1s", "5s")).spawn()
    }

    /// Every theme at one depth, at the usual sizes and at twenty-one others.
    fn every_theme_in(colours: &str) {
        let fleet = fleet();
        for theme in ["dark", "light", "colour-blind", "contrast", "mono", "ascii"] {
            let what = format!("{theme}, {colours}");
            let mut board = Board::of(session(&fleet, theme, colours), Dice::of(&what));
            for (columns, rows) in [(20, 5), (40, 10), (80, 24), (300, 80), (120, 40)] {
                board.resize(columns, rows);
                board.check();
            }
            for round in 1..=21 {
                board.disturb();
                if round % 7 == 0 {
                    board.check();
                }
            }
            board.leave();
        }
    }

    #[test]
    fn in_truecolour_nothing_is_left_over_whatever_the_size() {
        every_theme_in("truecolour");
    }

    #[test]
    fn in_256_colours_nothing_is_left_over_whatever_the_size() {
        every_theme_in("256");
    }

    #[test]
    fn in_16_colours_nothing_is_left_over_whatever_the_size() {
        every_theme_in("16");
    }

    #[test]
    fn without_colours_nothing_is_left_over_whatever_the_size() {
        every_theme_in("none");
    }

    /// The column of the screen at which words begin in a row, if they are in it.
    fn column_of(screen: &Screen, row: u16, words: &str) -> Option<u16> {
        let (_, width) = screen.size();
        let at = |from: u16| {
            let cells = (from..width.get()).filter_map(|column| screen.cell(row, column));
            cells.map(|cell| if cell.has_contents() { cell.contents() } else { " " }).collect::<String>()
        };
        (0..width.get()).find(|column| at(*column).starts_with(words))
    }

    #[test]
    fn rows_stay_aligned_whatever_their_names_are_made_of() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(named()))]);
        let mut session = Launch::new(&["--config"]).arg(fleet.config("1h", "5m")).size(160, 40).spawn();
        session.wait_for("all jobs", |screen| {
            screen.contents().contains("of 12 ") && screen.contents().contains("shape00011")
        });
        session.look(|screen| {
            let head = (0..40).find(|row| column_of(screen, *row, "LANG").is_some()).expect("heads");
            let lang = column_of(screen, head, "LANG").unwrap();
            let model = column_of(screen, head, "MODEL").unwrap();
            for nth in 0..NAMES.len() {
                let id = format!("shape{nth:05}");
                let row = (head..40).find(|row| column_of(screen, *row, &id).is_some()).expect("a row");
                let what = screen.rows(0, 160).nth(usize::from(row)).unwrap();
                let word = |from: u16, length: u16| -> String {
                    let cells = (from..from + length).map(|column| screen.cell(row, column).unwrap());
                    cells.map(|cell| if cell.has_contents() { cell.contents() } else { " " }).collect()
                };
                assert_eq!(
                    (word(lang, 2), word(model, 8)),
                    ("en".to_owned(), "enhanced".to_owned()),
                    "{what}"
                );
                assert_eq!(screen.cell(row, 159).unwrap().contents(), "│", "{what}");
            }
        });
    }
}
