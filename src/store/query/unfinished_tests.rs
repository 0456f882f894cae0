//! What is merely unfinished, and what is wrong whatever follows.

use proptest::prelude::*;

use super::tests::read;

#[test]
fn what_more_can_mend_is_unfinished_and_nothing_else() {
    for (text, unfinished) in [
        ("status:", true),
        ("a status:", true),
        ("(status:", true),
        ("title~", true),
        ("dur>", true),
        ("-", true),
        ("a -", true),
        ("not", true),
        ("a or", true),
        ("a and", true),
        ("(", true),
        ("(a", true),
        ("(a or", true),
        ("\"boa", true),
        ("title:\"boa", true),
        ("call(1", true),
        ("name:call(1", true),
        ("dur>1h3", true),
        ("age<2", true),
        ("created:2", true),
        ("created>2026-1", true),
        ("created>2026-11-20T", true),
        ("created>2026-11-20T14:3", true),
        // These are wrong, whatever follows.
        ("foo:", false),
        ("a foo:", false),
        ("dur~", false),
        ("status: done", false),
        ("(status:)", false),
        ("- a", false),
        (")", false),
        ("a or or", false),
        ("or", false),
        ("age<2 b", false),
        ("age<x", false),
        ("created>yesterday", false),
        ("created>2026-13", false),
        ("created:2026-02-3", false),
        ("age>\"1\"", false),
        ("status=", false),
        ("call(1 or b", false),
        ("\"\"", false),
        ("foo:bar (", false),
        ("foo:bar \"a", false),
        ("dur~\"a", false),
        ("a) -", false),
    ] {
        assert_eq!(read(text).expect_err(text).unfinished, unfinished, "{text}");
    }
}

/// What is missing, of one term.
const ENDS: [&str; 14] =
    ["x", "1h", "h", "m", "\"", "x\"", ")", "x)", "0", "-10", "6-10-10", "026-10-10", "0-10", "10:00"];

proptest! {
    #[test]
    fn what_is_unfinished_becomes_a_query_by_something_at_its_end(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "a", " ", "(", ")", "-", "\"", "or ", "not ", "status:", "dur>", "age<1", "age:", "created>202", "created:2026-1", "x(1", "x ", "foo:",
            ]),
            0..8,
        ),
    ) {
        let text = parts.concat();
        // That a parenthesis or a quote is not closed is said before that none belongs there.
        let odd = ["1(", "2(", "1x(", "2x(", "age:\"", "dur>\""];
        prop_assume!(!odd.iter().any(|odd| text.contains(odd)));
        if let Err(error) = read(&text)
            && error.unfinished
        {
            let ends = ENDS.iter().chain([&" x", &""]);
            let mended = ends.flat_map(|end| (0..9).map(move |closed| format!("{end}{}", ")".repeat(closed))));
            let mended = mended.map(|end| format!("{text}{end}")).find(|text| read(text).is_ok());
            prop_assert!(mended.is_some(), "{text}: {error}");
        }
    }
}
