//! Movements by the page.

/// The most movements that one page has.
const MOST: u16 = 1000;

/// Which movements to read: so many, from the newest one down or from below a movement down.
///
/// A page is told by an id and not by a count of rows to skip, so it costs the same however far down
/// it is, and movements that are recorded in the meantime shift nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct Page {
    size: u16,
    before: i64,
}

impl Page {
    /// The newest movements: at least 1 and at most 1000, whatever `size` says.
    pub fn newest(size: u16) -> Self {
        Self::before(i64::MAX, size)
    }

    /// The newest movements that are older than the one with this id, as many as in
    /// [`newest`](Self::newest).
    pub fn before(id: i64, size: u16) -> Self {
        Self { size: size.clamp(1, MOST), before: id }
    }

    /// The id below which the movements are: all that a caller needs to hand out and take back.
    #[must_use]
    pub fn before_id(self) -> i64 {
        self.before
    }

    /// How many movements it has at most.
    #[must_use]
    pub fn size(self) -> u16 {
        self.size
    }
}

/// A page of movements, the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movements<T> {
    entries: Vec<T>,
    older: Option<Page>,
}

impl<T> Movements<T> {
    /// Takes what was read for a page: one more than it has, if there are older ones.
    pub(super) fn new(mut entries: Vec<T>, page: Page, id: impl Fn(&T) -> i64) -> Self {
        let size = usize::from(page.size);
        let more = entries.len() > size;
        entries.truncate(size);
        let last = entries.last().filter(|_| more);
        let older = last.map(|entry| Page::before(id(entry), page.size));
        Self { entries, older }
    }

    /// The movements.
    #[must_use]
    pub fn entries(&self) -> &[T] {
        &self.entries
    }

    /// The movements, to keep.
    #[must_use]
    pub fn into_entries(self) -> Vec<T> {
        self.entries
    }

    /// The page below this one, or `None` if this is the last.
    #[must_use]
    pub fn older(&self) -> Option<Page> {
        self.older
    }
}
