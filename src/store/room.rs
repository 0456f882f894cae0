//! Room of large vectors, given back so that the process becomes as small again as it was.

/// Empties a vector that may have been large, and gives its room back to the system. A C library's allocator that frees
/// a large piece as it is keeps such pieces from then on, for the next one; of a piece that has become small first it
/// learns nothing.
pub(super) fn give_back<T>(items: &mut Vec<T>) {
    items.clear();
    items.shrink_to(1);
    // Otherwise a compiler that sees it freed next may free it as it was.
    std::hint::black_box(items);
}

/// Gives back the room that a vector does not use, also where it is empty: what is left is small then, and never nothing.
pub(super) fn fit<T>(items: &mut Vec<T>) {
    items.shrink_to(items.len().max(1));
}
