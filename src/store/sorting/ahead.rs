//! Touching memory before it is read, so that waiting for one text is waiting for many.

/// How many texts are touched ahead.
const AHEAD: usize = 32;

/// Items, some at a time, whose texts have all been touched before: memory is slow to answer, but answers
/// many at once.
pub(in crate::store) fn ahead<T>(items: &mut [T], touch: impl Fn(&T) -> u64) -> impl Iterator<Item = &mut T> {
    items.chunks_mut(AHEAD).flat_map(move |items| {
        std::hint::black_box(items.iter().map(&touch).fold(0, u64::wrapping_add));
        items
    })
}
