//! The profile's form, which has pictures.

use super::{ProfileText, store};
use crate::{
    error::{AppError, AppResult},
    media::{
        forms::{self, Incoming},
        images::Purpose,
    },
    server::{doors, sessions::Visitor, state::App},
    ui::forms::Done,
};
use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, Multipart, OriginalUri, State},
    http::HeaderMap,
    response::Response,
    routing::post,
};
use tower_sessions::Session;

const PICTURES: &[(&str, Purpose)] = &[("image", Purpose::Profile), ("banner", Purpose::Banner)];

/// Where the forms post to.
pub fn routes(app: &App) -> Router<App> {
    let most = app.config.rules.image_maximum_bytes.saturating_mul(2) + 16 * 1024 * 1024;
    Router::new().route("/studio/new", post(save)).route("/studio/profile", post(save)).layer(DefaultBodyLimit::max(most))
}

async fn save(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    let mut incoming = Incoming::new(&app, &visitor, multipart);
    if let Err(error) = incoming.take_all(PICTURES).await {
        return doors::error_response(&headers, &error);
    }
    let result = saved(&app, &visitor, &mut incoming).await;
    forms::answer(&headers, &session, uri.path(), incoming.values, result).await
}

async fn saved(app: &App, visitor: &Visitor, incoming: &mut Incoming<'_>) -> AppResult<Done> {
    let me = visitor.me.as_ref().ok_or(AppError::LogIn)?;
    let text = ProfileText::parse(|name| incoming.value(name));
    let mut errors = std::mem::take(&mut incoming.errors);
    let text = match text {
        Err(AppError::Invalid(others)) => {
            errors.0.extend(others.0);
            return Err(AppError::Invalid(errors));
        }
        text => text?,
    };
    errors.done()?;
    let (image, banner) = (incoming.picture("image_kept"), incoming.picture("banner_kept"));
    Ok(match &me.artist {
        Some(artist) => {
            store::update(app, artist.id, &text, image.as_deref(), banner.as_deref()).await?;
            Done::go("/studio/profile").saying(crate::t!("artists.profile.saved"))
        }
        None => {
            store::create(app, me.id, &text, image.as_deref(), banner.as_deref()).await?;
            Done::go("/studio").saying(crate::t!("artists.new.done", name = text.name))
        }
    })
}
