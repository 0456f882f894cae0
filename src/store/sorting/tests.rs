//! Sorting in steps against plain sorting.

use proptest::prelude::*;

use super::*;

fn sorted(texts: &[String], stage: Stage, descending: bool, budget: usize) -> Vec<usize> {
    let mut sorter = Sorter::new(stage, descending, texts.len());
    sorter.learn(texts.iter().map(String::as_str).step_by(texts.len() / 256 + 1));
    for (number, text) in (0..).zip(texts) {
        let item = sorter.item(Handle::new(number), Key::Text(text)).unwrap();
        sorter.add(&[item]);
    }
    sorter.start(if sorter.prefixes.is_empty() { WINDOW } else { BEHIND });
    let text = |handle: Handle| texts.get(handle.index()).map_or("", String::as_str);
    while !sorter.step(&mut budget.clone(), &text, &|_| 0) {
        assert!(sorter.runs.len() <= (WAITING + budget) * (1 + sorter.split.len()));
    }
    all(sorter)
}

/// What is sorted, the first one first.
fn all(mut sorter: Sorter) -> Vec<usize> {
    let mut last = Vec::new();
    while sorter.len() > 0 {
        let before = last.len();
        sorter.take_last(7, &mut last);
        assert_eq!(last.len() - before, 7.min(last.len() + sorter.len() - before));
    }
    last.into_iter().rev().map(Handle::index).collect()
}

fn plain(texts: &[String], stage: Stage, descending: bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&texts[*a], &texts[*b]);
        let order = if stage == Stage::Raw { a.cmp(b) } else { compare_text(a, b) };
        if descending { order.reverse() } else { order }
    });
    order
}

proptest! {
    #[test]
    fn it_sorts_as_sorting_does(
        texts in prop::collection::vec("(call-recording-)?[aAéÉ\0\u{7f}]{0,12}", 0..80),
        copies in 1..40_usize, raw: bool, descending: bool, budget in 1..4_000_usize,
    ) {
        let texts: Vec<String> = texts.iter().cycle().take(texts.len() * copies).cloned().collect();
        let stage = if raw { Stage::Raw } else { Stage::Folded };
        prop_assert_eq!(sorted(&texts, stage, descending, budget), plain(&texts, stage, descending));
    }
}

#[test]
fn long_runs_are_sorted_in_steps() {
    for stage in [Stage::Folded, Stage::Raw] {
        let name = |number: u32| match number % 4 {
            0 => format!("Call-recording-of-{}.wav", number.wrapping_mul(2_654_435_761)),
            1 => format!("call-recording-of-{}.wav", number % 13),
            2 => "the very same name".to_owned(),
            _ => format!("été {}", number % 5_000),
        };
        let texts: Vec<String> = (0..24_000).map(name).collect();
        assert_eq!(sorted(&texts, stage, false, 700), plain(&texts, stage, false), "{stage:?}");
    }
}

/// Many names, each of which many jobs have and which no key tells apart at once.
#[test]
fn few_runs_wait_at_a_time() {
    let name = |number: u32| {
        format!("{:07}, of which there are three.wav", number.wrapping_mul(2_654_435_761) % 30_000)
    };
    let texts: Vec<String> = (0..90_000).map(name).collect();
    assert_eq!(sorted(&texts, Stage::Folded, true, 2_000), plain(&texts, Stage::Folded, true));
}

/// Runs longer than a part, of few keys and of many, with what is equal in the order in which it came.
#[test]
fn runs_of_several_parts_are_merged() {
    let count = 600_000_u32;
    for (values, descending) in [(3, false), (3, true), (u32::MAX, false), (50_000, true)] {
        let key = |number: u32| u64::from(number.wrapping_mul(2_654_435_761) % values) * 0x1_0001;
        let mut sorter = Sorter::new(Stage::Raw, descending, 0);
        let items: Vec<Item> = (0..count)
            .map(|number| sorter.item(Handle::new(number), Key::Number(key(number))).unwrap())
            .collect();
        items.chunks(1_000).for_each(|items| sorter.add(items));
        sorter.start(WINDOW);
        while !sorter.step(&mut 50_000, &|_| "", &|_| 0) {}
        let most = sorter.spare.len();
        assert!(most < 300_000, "{most}");
        let mut plain: Vec<u32> = (0..count).collect();
        plain.sort_by_key(|number| if descending { u64::MAX - key(*number) } else { key(*number) });
        assert!(
            all(sorter) == plain.iter().map(|number| Handle::new(*number).index()).collect::<Vec<_>>(),
            "{values} {descending}"
        );
    }
}

/// On several threads, with most of what is sorted in one range of the keys.
#[test]
fn ranges_of_keys_are_sorted_by_themselves() {
    let name = |number: u32| match number % 4 {
        0 => format!("call-{:06}", number.wrapping_mul(2_654_435_761) % 1_000_000),
        1 => format!("Invoice {}", number % 4_999),
        _ => "in the middle".to_owned(),
    };
    let texts: Vec<String> = (0..60_000).map(name).collect();
    let text = |handle: Handle| texts.get(handle.index()).map_or("", String::as_str);
    for (stage, descending) in [(Stage::Folded, false), (Stage::Folded, true), (Stage::Raw, false)] {
        let mut sorters = Sorters::new(stage, descending, texts.len());
        let samples = || (0..60_000).step_by(117).map(Handle::new);
        sorters.learn(samples().map(text));
        let item = |sorters: &Sorters, handle| sorters.item(handle, Key::Text(text(handle)));
        sorters.spread(3, samples().filter_map(|handle| item(&sorters, handle)).collect());
        assert!(sorters.ranges() > 3, "{}", sorters.ranges());
        let handles: Vec<Handle> = (0..60_000).map(Handle::new).collect();
        for handles in handles.chunks(4_096) {
            let mut taken = Taken::default();
            taken.clear(handles.len());
            for handle in handles {
                taken.push(item(&sorters, *handle).unwrap());
            }
            taken.part(&sorters);
            sorters.add_all(&taken);
        }
        assert_eq!(sorters.len(), texts.len());
        sorters.start(false);
        while !sorters.step(&mut 3_000, &text, &|_| 0) {}
        // Those that are done have handed on the room beside what they sorted.
        assert!(sorters.rooms.len() <= 3, "{}", sorters.rooms.len());
        sorters.finish();
        let mut sorted: Vec<usize> = Vec::new();
        while sorters.len() > 0 {
            sorted.extend(sorters.take_last(7_001).into_iter().map(Handle::index));
        }
        sorted.reverse();
        assert_eq!(sorted, plain(&texts, stage, descending), "{stage:?} {descending}");
    }
}
