//! Touching memory before it is read, so that waiting for one text is waiting for many.

/// How many jobs are touched ahead.
const AHEAD: usize = 32;

/// Items, some at a time, which have all been touched before, in two steps, because where a text is stands
/// in its row: memory is slow to answer, but answers many at once.
pub(in crate::store) fn ahead<T>(
    items: &mut [T],
    touch_row: impl Fn(&T) -> u64,
    touch_text: impl Fn(&T) -> u64,
) -> impl Iterator<Item = &mut T> {
    items.chunks_mut(AHEAD).flat_map(move |items| {
        std::hint::black_box(items.iter().map(&touch_row).fold(0, u64::wrapping_add));
        std::hint::black_box(items.iter().map(&touch_text).fold(0, u64::wrapping_add));
        items
    })
}
