//! Touching memory before it is read, so that waiting for one text is waiting for many: memory is slow to answer, but
//! answers many at once.

/// How many jobs are touched ahead.
const AHEAD: usize = 32;

/// Items, some at a time, which have all been touched before, in two steps, because where a text is stands
/// in its row.
pub(super) fn ahead<T>(
    items: &mut [T],
    touch_row: impl Fn(&T) -> u64,
    touch_text: impl Fn(&T) -> u64,
) -> impl Iterator<Item = &mut T> {
    items.chunks_mut(AHEAD).flat_map(move |items| {
        touch(items, &touch_row, &touch_text);
        items
    })
}

/// Touches all of them: few enough to be still near when the last one has been touched.
pub(super) fn touch<T>(items: &[T], touch_row: impl Fn(&T) -> u64, touch_text: impl Fn(&T) -> u64) {
    std::hint::black_box(items.iter().map(&touch_row).fold(0, u64::wrapping_add));
    std::hint::black_box(items.iter().map(&touch_text).fold(0, u64::wrapping_add));
}
