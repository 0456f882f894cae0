//! Touching memory before it is read, so that waiting for one text is waiting for many.

/// How many texts are touched ahead.
const AHEAD: usize = 32;

/// Items, some at a time, whose texts have all been touched before: memory is slow to answer, but answers
/// many at once.
pub(in crate::store) fn ahead<'i, 't, T>(
    items: &'i mut [T],
    text: impl Fn(&T) -> &'t str,
) -> impl Iterator<Item = &'i mut T> {
    items.chunks_mut(AHEAD).flat_map(move |items| {
        let touch = |item: &T| u64::from(text(item).as_bytes().first().copied().unwrap_or_default());
        std::hint::black_box(items.iter().map(touch).sum::<u64>());
        items
    })
}
