//! What the player is given when a play starts: everything that is needed to judge the play later, signed so that
//! nothing in it can be changed, and checked without the database.

use super::rule::Reason;
use crate::{
    ids::{PieceId, PlaylistId, UserId},
    server::tokens,
};
use time::{Duration, OffsetDateTime};

/// What a play's signature is for.
const PURPOSE: &str = "play";
/// How long after its start a play may be reported.
pub const LATEST_REPORT: Duration = Duration::hours(24);

/// A play that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The play's own id, a ULID.
    pub play: String,
    pub piece: PieceId,
    pub user: Option<UserId>,
    /// The daily hash that stands for a visitor.
    pub anonymous: String,
    pub started: OffsetDateTime,
    pub source: String,
    pub playlist: Option<PlaylistId>,
    /// What speaks against it from the start: [`Reason::Bot`] or [`Reason::Rate`].
    pub mark: Option<Reason>,
    /// Full plays a day of the listener's tier.
    pub limit: Option<u32>,
}

impl Ticket {
    /// The token.
    pub fn write(&self, secret: &str) -> String {
        let text = format!(
            "{}~{}~{}~{}~{}~{}~{}~{}~{}",
            self.play,
            self.piece,
            self.user.map_or(0, |user| user.0),
            self.anonymous,
            self.started.unix_timestamp_nanos() / 1_000_000,
            self.source,
            self.playlist.map_or(0, |playlist| playlist.0),
            self.mark.map_or("-", Reason::code),
            self.limit.map_or_else(|| "-".to_owned(), |limit| limit.to_string()),
        );
        let signature = tokens::sign(secret, PURPOSE, &text);
        format!("{text}~{signature}")
    }

    /// The ticket of a token of ours; nothing for any other text.
    pub fn read(secret: &str, token: &str) -> Option<Self> {
        let (text, signature) = token.rsplit_once('~')?;
        if !tokens::verify(secret, PURPOSE, text, signature) {
            return None;
        }
        let parts: Vec<&str> = text.split('~').collect();
        let [play, piece, user, anonymous, started, source, playlist, mark, limit] = parts.as_slice() else { return None };
        let some = |text: &str| text.parse::<i32>().ok().filter(|id| *id != 0);
        Some(Self {
            play: (*play).to_owned(),
            piece: piece.parse().ok()?,
            user: some(user).map(UserId),
            anonymous: (*anonymous).to_owned(),
            started: OffsetDateTime::from_unix_timestamp_nanos(started.parse::<i128>().ok()? * 1_000_000).ok()?,
            source: (*source).to_owned(),
            playlist: some(playlist).map(PlaylistId),
            mark: Reason::of(mark),
            limit: limit.parse().ok(),
        })
    }

    /// Who hears, in one word: `u12` or `a` and the hash.
    pub fn listener(&self) -> String {
        listener(self.user, &self.anonymous)
    }

    /// When it was started, in milliseconds since 1970.
    pub fn started_ms(&self) -> i64 {
        milliseconds(self.started - OffsetDateTime::UNIX_EPOCH)
    }
}

/// Who hears, in one word.
pub fn listener(user: Option<UserId>, anonymous: &str) -> String {
    user.map_or_else(|| format!("a{anonymous}"), |user| format!("u{user}"))
}

/// A span in milliseconds.
pub fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.whole_milliseconds()).unwrap_or(i64::MAX)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::ids::TrackId;

    pub fn ticket() -> Ticket {
        Ticket {
            play: tokens::ulid(),
            piece: PieceId::Track(TrackId(7)),
            user: Some(UserId(3)),
            anonymous: "a-hash_".to_owned(),
            started: OffsetDateTime::from_unix_timestamp(1_800_000_000).unwrap(),
            source: "playlist".to_owned(),
            playlist: Some(PlaylistId(9)),
            mark: Some(Reason::Rate),
            limit: Some(100),
        }
    }

    #[test]
    fn a_ticket_can_be_read_but_not_changed() {
        let ticket = ticket();
        let token = ticket.write("secret");
        assert_eq!(Ticket::read("secret", &token), Some(ticket));
        assert_eq!(Ticket::read("other", &token), None);
        assert_eq!(Ticket::read("secret", &token.replacen("~t7~", "~t8~", 1)), None);
        assert_eq!(Ticket::read("secret", &token.replacen("~100~", "~-~", 1)), None);
        assert_eq!(Ticket::read("secret", &token.replacen("~rate~", "~-~", 1)), None);
        assert_eq!(Ticket::read("secret", &token[..token.len() - 1]), None, "torn");
        assert_eq!(Ticket::read("secret", ""), None);
    }
}
