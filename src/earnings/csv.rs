//! All earnings of an artist as a table for spreadsheets.

use super::{Whereabouts, store};
use crate::{
    error::{AppError, AppResult},
    ids::ArtistId,
    page::Key,
    server::{doors::error_response, sessions::Visitor, state::App},
    ui::format::datetime_attribute,
};
use axum::{
    Extension, Router,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};
use std::fmt::Write;

/// `/studio/earnings.csv`
pub fn routes() -> Router<App> {
    Router::new().route("/studio/earnings.csv", get(download))
}

async fn download(State(app): State<App>, Extension(visitor): Extension<Visitor>, headers: HeaderMap) -> Response {
    let artist = match visitor.me {
        None => Err(AppError::LogIn),
        Some(me) => me.artist.ok_or(AppError::Forbidden),
    };
    let text = match artist {
        Ok(artist) => table(&app, artist.id).await,
        Err(error) => Err(error),
    };
    match text {
        Ok(text) => {
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"earnings.csv\"")], text)
                .into_response()
        }
        Err(error) => error_response(&headers, &error),
    }
}

async fn table(app: &App, artist: ArtistId) -> AppResult<String> {
    let mut text = String::from("id,earned,kind,track,gross,fee,net,currency,available,state,payout\r\n");
    let mut after = Key::NEWEST;
    loop {
        let page = store::list(app, artist, after, 1000).await?;
        for earning in &page.items {
            let title = earning.track.as_ref().map_or_else(String::new, |(_, title)| cell(title));
            let (state, payout) = match earning.whereabouts {
                Whereabouts::OnHold => ("on_hold", String::new()),
                Whereabouts::Available => ("available", String::new()),
                Whereabouts::Payout(payout) => ("payout", payout.to_string()),
            };
            write!(
                text,
                "{},{},{},{title},{},{},{},{},{},{state},{payout}\r\n",
                earning.id,
                datetime_attribute(earning.at),
                cell(&earning.kind.word()),
                earning.gross.to_decimal(),
                earning.fee.to_decimal(),
                earning.net.to_decimal(),
                crate::money::CURRENCY,
                datetime_attribute(earning.available_at)
            )
            .map_err(|error| AppError::from(anyhow::Error::from(error)))?;
        }
        match page.next.and_then(|key| key.parse().ok()) {
            Some(key) => after = key,
            None => return Ok(text),
        }
    }
}

/// A quoted cell. What a spreadsheet would take for a formula is made text.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        assert_eq!(cell("He said \"hi\", twice"), "\"He said \"\"hi\"\", twice\"");
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
    }
}
