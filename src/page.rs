//! A page of a list, by key: what came before does not shift what comes next.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Some items, and the key of the next page when there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of `size` items from a query that asked for one more, `key` giving an item's place in the order.
    pub fn of(mut items: Vec<T>, size: usize, key: impl Fn(&T) -> String) -> Self {
        let next = (items.len() > size).then(|| {
            items.truncate(size);
            items.last().map(&key)
        });
        Self { items, next: next.flatten() }
    }
}

/// How many rows a page's query asks for: one more than the page has tells whether there is another.
pub fn one_more(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX).saturating_add(1)
}

/// A place in a list ordered by time and id, as the address has it: `1767225600-42`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub at: OffsetDateTime,
    pub id: i32,
}

impl Key {
    /// In a list that goes back by id alone.
    pub const fn of_id(id: i32) -> Self {
        Self { id, ..Self::NEWEST }
    }

    /// Before the first item of a list that goes back in time.
    pub const NEWEST: Self = Self { at: time::macros::datetime!(2037-12-31 23:59:59 UTC), id: i32::MAX };
    /// Before the first item of a list that goes forward in time.
    pub const OLDEST: Self = Self { at: time::macros::datetime!(1970-01-02 00:00 UTC), id: 0 };
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.at.unix_timestamp(), self.id)
    }
}

impl std::str::FromStr for Key {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (at, id) = text.split_once('-').ok_or(())?;
        let at = OffsetDateTime::from_unix_timestamp(at.parse().map_err(|_| ())?).map_err(|_| ())?;
        if !(Self::OLDEST.at..=Self::NEWEST.at).contains(&at) {
            return Err(());
        }
        Ok(Self { at, id: id.parse().map_err(|_| ())? })
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Page};

    #[test]
    fn the_item_beyond_the_page_only_tells_that_there_is_more() {
        let page = Page::of(vec![9, 8, 7], 2, ToString::to_string);
        assert_eq!((page.items, page.next), (vec![9, 8], Some("8".to_owned())));
        assert_eq!(Page::of(vec![9, 8], 2, ToString::to_string).next, None);
    }

    #[test]
    fn a_key_reads_back() {
        let key = Key { at: time::macros::datetime!(2026-02-03 04:05:06 UTC), id: 42 };
        assert_eq!(key.to_string().parse(), Ok(key));
        for bad in ["", "1", "1-", "-1-1", "99999999999999-1", "x-1"] {
            assert!(bad.parse::<Key>().is_err(), "{bad}");
        }
    }
}
