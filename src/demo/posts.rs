//! News of the site: some for everyone, one for supporters, a draft.

use super::{Filling, people::People};
use crate::posts::{PostDraft, store};
use anyhow::{Context, Result};

/// How many days ago it was published, for supporters only, published at all, title, text in Markdown.
const POSTS: &[(i64, bool, bool, &str, &str)] = &[
    (
        340,
        false,
        true,
        "The doors are open",
        "Six artists moved in this week, each with a page, a shop window and a desk where every cent is accounted for.\n\n\
         ## What you can do today\n\n\
         - **Listen** to everything, in full, without an account.\n\
         - **Make playlists** from uploads and from the label's catalogue alike, and share them with a link that tells you who came.\n\
         - **Tip** an artist. The fee is shown before you pay, and you may take it on yourself.\n\n\
         If something sounds wrong, tell us. We would rather hear it from you than read it in a chart.",
    ),
    (
        250,
        false,
        true,
        "Why a play is not always a play",
        "A counter is only worth something when it counts one thing. Ours counts *listening*: thirty seconds, or half of a short piece, really heard. \
         Skipping through, reloading the page or leaving a tab on repeat over night adds nothing.\n\n\
         Artists see all three numbers — raw, counted, left out — with the reason for each that was left out. \
         No other site shows them side by side; we think you should be able to argue with us about them.",
    ),
    (
        160,
        false,
        true,
        "How a payout travels",
        "1. You ask for it, from 10.00 on. The money is set aside at once, so that it can't be asked for twice.\n\
         2. A person looks at it. Above 1,000.00 it takes two people, and neither may be you.\n\
         3. It is sent, and the receipt lists every single earning in it.\n\n\
         Is it refused, or sent back by the bank? Then you read *why*, in words, and the money is back on your balance the same minute.",
    ),
    (
        75,
        true,
        true,
        "From the workshop: thirty-six pieces and a synthesiser",
        "The music that greets you on a fresh site was not recorded anywhere. It was composed and played by a few thousand lines of code: \
         strings that are plucked by noise in a tuned delay, bells from two sine waves that argue, a room that is six echoes wide.\n\n\
         > The best part was the snare. It took longer than the room.\n\n\
         Supporters get the stems next month.",
    ),
    (
        12,
        false,
        true,
        "Playlists you can take with you",
        "Every public playlist now has an export: M3U for your player, JSON for everything else. Following someone's list no longer means \
         being locked in to it.\n\nThe button is on the playlist's page, under **Share**.",
    ),
    (0, false, false, "Draft: the year in numbers", "To be written when the year is over: what was heard, what was paid, how long it took."),
];

/// Writes what is not there yet.
pub async fn fill(filling: &Filling<'_>, people: &People) -> Result<()> {
    filling.say("posts");
    let author = people.admins.first().context("an admin")?.id;
    for (days, supporters_only, published, title, body) in POSTS {
        let there =
            sqlx::query_scalar!("SELECT id FROM posts WHERE authorId = ? AND title = ?", author, title).fetch_optional(&filling.app.db).await?;
        if there.is_none() {
            let draft = PostDraft { title: (*title).to_owned(), body: (*body).to_owned(), supporters_only: *supporters_only, published: *published };
            store::save(&filling.days_ago(*days), author, None, &draft).await?;
        }
    }
    Ok(())
}
