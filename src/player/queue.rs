//! The queue: what plays, what played before, and what comes next. Pure rules; the player shows and sounds them.

use super::Piece;
use crate::ids::{PieceId, PlaylistId};
use serde::{Deserialize, Serialize};

/// How many pieces a queue holds at most.
const MOST: usize = 500;

/// A place in the queue. A piece may stand in it twice, so places have keys of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub key: u32,
    pub piece: Piece,
    /// Where it was started: `page`, `playlist`, `search`, `share`, `embed`.
    pub source: String,
    pub playlist: Option<PlaylistId>,
}

/// What comes after the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Repeat {
    #[default]
    Off,
    All,
    One,
}

impl Repeat {
    /// What the button chooses next.
    pub const fn next(self) -> Self {
        match self {
            Self::Off => Self::All,
            Self::All => Self::One,
            Self::One => Self::Off,
        }
    }
}

/// Pieces in the order in which they play.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    entries: Vec<Entry>,
    current: usize,
    repeat: Repeat,
    /// The keys in their order before they were shuffled; nothing when they are not.
    straight: Option<Vec<u32>>,
    last_key: u32,
}

impl Queue {
    /// All places in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The place at hand.
    pub fn current(&self) -> Option<&Entry> {
        self.entries.get(self.current)
    }

    /// Whether this piece is at hand.
    pub fn is_current(&self, id: PieceId) -> bool {
        self.current().is_some_and(|entry| entry.piece.id == id)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What comes after the last one.
    pub const fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// Chooses that.
    pub fn set_repeat(&mut self, repeat: Repeat) {
        self.repeat = repeat;
    }

    /// Whether it is shuffled.
    pub const fn shuffled(&self) -> bool {
        self.straight.is_some()
    }

    /// Replaces everything by a list, from one of its places on; shuffled lists stay shuffled.
    pub fn replace(&mut self, list: Vec<Piece>, index: usize, source: &str, playlist: Option<PlaylistId>, random: impl FnMut() -> f64) {
        // Of a list that is too long, what is around the chosen place.
        let start = if list.len() > MOST { index.saturating_sub(20).min(list.len() - MOST) } else { 0 };
        let shuffled = self.shuffled();
        self.entries.clear();
        self.straight = None;
        self.current = index.saturating_sub(start);
        self.insert(0, list.into_iter().skip(start).collect(), source, playlist);
        self.current = self.current.min(self.entries.len().saturating_sub(1));
        if shuffled {
            self.shuffle(random);
        }
    }

    /// Puts pieces right after the one at hand. Returns how many found room.
    pub fn play_next(&mut self, list: Vec<Piece>, source: &str, playlist: Option<PlaylistId>) -> usize {
        let place = if self.is_empty() { 0 } else { self.current + 1 };
        self.insert(place, list, source, playlist)
    }

    /// Puts pieces at the end. Returns how many found room.
    pub fn add(&mut self, list: Vec<Piece>, source: &str, playlist: Option<PlaylistId>) -> usize {
        self.insert(self.entries.len(), list, source, playlist)
    }

    fn insert(&mut self, place: usize, list: Vec<Piece>, source: &str, playlist: Option<PlaylistId>) -> usize {
        let room = MOST.saturating_sub(self.entries.len());
        let mut new = Vec::new();
        for piece in list.into_iter().take(room) {
            self.last_key = self.last_key.wrapping_add(1);
            new.push(Entry { key: self.last_key, piece, source: source.to_owned(), playlist });
        }
        if let Some(straight) = &mut self.straight {
            // In the straight order they stand after the same neighbour.
            let after = place.checked_sub(1).and_then(|before| self.entries.get(before)).map(|entry| entry.key);
            let place = after.and_then(|key| straight.iter().position(|other| *other == key)).map_or(straight.len(), |found| found + 1);
            straight.splice(place..place, new.iter().map(|entry| entry.key));
        }
        let count = new.len();
        self.entries.splice(place..place, new);
        count
    }

    /// Goes to a place. Whether it is there.
    pub fn go(&mut self, key: u32) -> bool {
        let found = self.place(key);
        if let Some(place) = found {
            self.current = place;
        }
        found.is_some()
    }

    fn place(&self, key: u32) -> Option<usize> {
        self.entries.iter().position(|entry| entry.key == key)
    }

    /// What comes next: when the piece at hand has ended, or when somebody asks for it. Repeating one piece is only for
    /// the first.
    pub fn next(&self, ended: bool) -> Option<&Entry> {
        match self.repeat {
            Repeat::One if ended => self.current(),
            Repeat::Off => self.entries.get(self.current + 1),
            Repeat::One | Repeat::All => self.entries.get(self.current + 1).or_else(|| self.entries.first()),
        }
    }

    /// What came before.
    pub fn previous(&self) -> Option<&Entry> {
        match self.current.checked_sub(1) {
            Some(place) => self.entries.get(place),
            None if self.repeat == Repeat::All => self.entries.last(),
            None => None,
        }
    }

    /// Takes a place out. Whether it was the one at hand: then its successor is.
    pub fn remove(&mut self, key: u32) -> bool {
        let Some(place) = self.place(key) else { return false };
        self.entries.remove(place);
        if let Some(straight) = &mut self.straight {
            straight.retain(|other| *other != key);
        }
        let was_current = place == self.current;
        if place < self.current || self.current >= self.entries.len() {
            self.current = self.current.saturating_sub(1);
        }
        was_current
    }

    /// Moves a place to where another one is; the one at hand stays at hand.
    pub fn move_to(&mut self, key: u32, target: usize) {
        let Some(place) = self.place(key) else { return };
        let at_hand = self.current().map(|entry| entry.key);
        let entry = self.entries.remove(place);
        self.entries.insert(target.min(self.entries.len()), entry);
        if let Some(place) = at_hand.and_then(|key| self.place(key)) {
            self.current = place;
        }
    }

    /// Moves a place up or down by one.
    pub fn shift(&mut self, key: u32, down: bool) {
        let Some(place) = self.place(key) else { return };
        let target = if down { place + 1 } else { place.saturating_sub(1) };
        if target < self.entries.len() {
            self.move_to(key, target);
        }
    }

    /// Empties it but for the piece at hand.
    pub fn clear(&mut self) {
        if let Some(entry) = self.current().cloned() {
            self.straight = self.straight.take().map(|_| vec![entry.key]);
            self.entries = vec![entry];
            self.current = 0;
        }
    }

    /// Shuffles what comes after the piece at hand, or brings back the order of before.
    pub fn toggle_shuffle(&mut self, random: impl FnMut() -> f64) {
        match self.straight.take() {
            Some(straight) => {
                let at_hand = self.current().map(|entry| entry.key);
                let rank = |key: u32| straight.iter().position(|other| *other == key).unwrap_or(usize::MAX);
                self.entries.sort_by_key(|entry| rank(entry.key));
                self.current = at_hand.and_then(|key| self.place(key)).unwrap_or(0);
            }
            None => self.shuffle(random),
        }
    }

    /// The piece at hand becomes the first, all others follow in any order.
    fn shuffle(&mut self, mut random: impl FnMut() -> f64) {
        self.straight = Some(self.entries.iter().map(|entry| entry.key).collect());
        if self.entries.is_empty() {
            return;
        }
        self.entries.swap(0, self.current);
        self.current = 0;
        for place in (2..self.entries.len()).rev() {
            let span = f64::from(u32::try_from(place).unwrap_or(u32::MAX));
            let other = 1 + usize::try_from(super::whole(random().clamp(0.0, 0.999_999) * span)).unwrap_or(0);
            self.entries.swap(place, other.min(place));
        }
    }

    /// What was kept by an earlier visit, made sound.
    pub fn mended(mut self) -> Self {
        self.entries.truncate(MOST);
        self.current = self.current.min(self.entries.len().saturating_sub(1));
        self.last_key = self.entries.iter().map(|entry| entry.key).max().unwrap_or(0).max(self.last_key);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SongId;
    use proptest::prelude::*;

    fn piece(id: i32) -> Piece {
        Piece {
            id: PieceId::Song(SongId(id)),
            title: id.to_string(),
            artist: String::new(),
            artist_path: String::new(),
            path: String::new(),
            cover: None,
            seed: String::new(),
            seconds: 60,
            playable: true,
            explicit: false,
        }
    }

    fn pieces(ids: impl IntoIterator<Item = i32>) -> Vec<Piece> {
        ids.into_iter().map(piece).collect()
    }

    fn titles(queue: &Queue) -> String {
        queue.entries().iter().map(|entry| entry.piece.title.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn queue(ids: impl IntoIterator<Item = i32>, index: usize) -> Queue {
        let mut queue = Queue::default();
        queue.replace(pieces(ids), index, "page", None, || 0.5);
        queue
    }

    #[test]
    fn next_and_last_find_their_places() {
        let mut queue = queue(1..=3, 1);
        assert_eq!(queue.play_next(pieces([8]), "page", None), 1);
        assert_eq!(queue.add(pieces([9]), "page", None), 1);
        assert_eq!(titles(&queue), "1 2 8 3 9");
        assert_eq!(queue.next(true).unwrap().piece.title, "8");
        assert_eq!(queue.previous().unwrap().piece.title, "1");
        let mut empty = Queue::default();
        empty.play_next(pieces([5]), "page", None);
        assert_eq!(empty.current().unwrap().piece.title, "5");
    }

    #[test]
    fn repeating_goes_round() {
        let mut queue = queue(1..=2, 1);
        assert!(queue.next(true).is_none());
        queue.set_repeat(Repeat::All);
        assert_eq!(queue.next(true).unwrap().piece.title, "1");
        queue.set_repeat(Repeat::One);
        assert_eq!(queue.next(true).unwrap().piece.title, "2");
        assert_eq!(queue.next(false).unwrap().piece.title, "1", "asked for, it is the next one");
    }

    #[test]
    fn what_is_moved_or_removed_does_not_change_what_plays() {
        let mut queue = queue(1..=4, 2);
        let key = |queue: &Queue, title: &str| queue.entries().iter().find(|entry| entry.piece.title == title).unwrap().key;
        queue.shift(key(&queue, "4"), false);
        assert_eq!((titles(&queue).as_str(), queue.current().unwrap().piece.title.as_str()), ("1 2 4 3", "3"));
        queue.move_to(key(&queue, "3"), 0);
        assert_eq!((titles(&queue).as_str(), queue.current().unwrap().piece.title.as_str()), ("3 1 2 4", "3"));
        assert!(!queue.remove(key(&queue, "1")));
        assert!(queue.remove(key(&queue, "3")), "the one at hand");
        assert_eq!(queue.current().unwrap().piece.title, "2");
        queue.clear();
        assert_eq!(titles(&queue), "2");
    }

    #[test]
    fn a_long_list_is_cut_around_the_choice() {
        let queue = queue(0..2_000, 1_990);
        assert_eq!((queue.entries().len(), queue.current().unwrap().piece.title.as_str()), (500, "1990"));
    }

    proptest! {
        #[test]
        fn shuffling_loses_nothing_and_can_be_taken_back(length in 1_usize..40, at in 0_usize..40, seed in proptest::collection::vec(0.0_f64..1.0, 100)) {
            let before = queue(0..i32::try_from(length).unwrap(), at % length);
            let mut shuffled = before.clone();
            let mut numbers = seed.into_iter().cycle();
            shuffled.toggle_shuffle(|| numbers.next().unwrap());
            prop_assert_eq!(shuffled.current(), before.current());
            prop_assert_eq!(shuffled.entries().len(), length);
            let mut back = shuffled.clone();
            back.toggle_shuffle(|| 0.0);
            prop_assert_eq!(back.entries(), before.entries());
            prop_assert_eq!(back.current(), before.current());
            // What was added meanwhile stays.
            shuffled.play_next(pieces([999]), "page", None);
            shuffled.toggle_shuffle(|| 0.0);
            prop_assert_eq!(shuffled.next(false).map(|entry| entry.piece.title.as_str()), Some("999"));
        }
    }
}
