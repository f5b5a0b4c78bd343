//! A page of a list, by key: what came before does not shift what comes next.

use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn the_item_beyond_the_page_only_tells_that_there_is_more() {
        let page = Page::of(vec![9, 8, 7], 2, ToString::to_string);
        assert_eq!((page.items, page.next), (vec![9, 8], Some("8".to_owned())));
        assert_eq!(Page::of(vec![9, 8], 2, ToString::to_string).next, None);
    }
}
