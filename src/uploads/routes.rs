//! The forms with files: a new upload, and the editor of one. The site's program sends the same form as a browser
//! without JavaScript and is answered in JSON.

use super::{Download, KeptFile, Sound, TrackText, UploadAnswer, replace, staging, store};
use crate::{
    accounts::{Artist, Me},
    error::{AppError, AppResult},
    ids::{TrackId, UserId},
    media::{
        forms::{self, Incoming, Part},
        images::Purpose,
        probe::Problem,
    },
    server::{
        doors,
        sessions::{self, Visitor},
        state::App,
    },
    ui::forms::{Done, Flash, RefusedForm},
};
use axum::{
    Extension, Json, Router,
    extract::{DefaultBodyLimit, Multipart, OriginalUri, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use tower_sessions::Session;

const PICTURES: &[(&str, Purpose)] = &[("cover", Purpose::Cover)];

/// Where the forms post to.
pub fn routes(app: &App) -> Router<App> {
    // Some more than the largest file, so that a file that is too large can be told so.
    let pictures = app.config.rules.image_maximum_bytes + 16 * 1024 * 1024;
    let audio = usize::try_from(app.config.rules.audio_maximum_bytes).unwrap_or(usize::MAX).saturating_mul(2);
    let upload = Router::new().route("/studio/uploads/new", post(create)).layer(DefaultBodyLimit::max(audio.saturating_add(pictures)));
    let replace = Router::new().route("/studio/uploads/{id}/audio", post(replaced)).layer(DefaultBodyLimit::max(audio.saturating_add(pictures)));
    let edit = Router::new().route("/studio/uploads/{id}", post(edit)).layer(DefaultBodyLimit::max(pictures));
    upload.merge(replace).merge(edit)
}

/// The artist who is there.
///
/// # Errors
/// [`AppError::LogIn`] for visitors, [`AppError::Forbidden`] for listeners.
pub(super) fn artist_of(visitor: &Visitor) -> AppResult<(&Me, &Artist)> {
    let me = visitor.me.as_ref().ok_or(AppError::LogIn)?;
    Ok((me, me.artist.as_ref().ok_or(AppError::Forbidden)?))
}

async fn create(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    let mut incoming = Incoming::new(&app, &visitor, multipart);
    let mut kept = None;
    let result = created(&app, &visitor, &headers, &mut incoming, &mut kept).await;
    if doors::wants_html(&headers) {
        let mut values = incoming.values;
        values.retain(|(name, _)| name != "staging");
        if let Some(kept) = kept {
            values.push(("staging".to_owned(), kept.id));
        }
        return forms::answer(
            &headers,
            &session,
            uri.path(),
            values,
            result.map(|id| Done::go(format!("/studio/uploads/{id}")).saying(crate::t!("uploads.done.created"))),
        )
        .await;
    }
    match result {
        Ok(id) => Json(UploadAnswer::Created { to: format!("/studio/uploads/{id}") }).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(UploadAnswer::Refused { error, kept })).into_response()
        }
    }
}

async fn created(app: &App, visitor: &Visitor, headers: &HeaderMap, incoming: &mut Incoming<'_>, kept: &mut Option<KeptFile>) -> AppResult<TrackId> {
    let (me, artist) = artist_of(visitor)?;
    let expected = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let full = staging::quota(app, artist.id).await?.refusal(expected.unwrap_or(0), false);
    let mut sent = false;
    loop {
        let Some(mut field) = incoming.next().await? else { break };
        if field.name() == Some("audio") {
            if field.file_name().is_none_or(str::is_empty) {
                continue;
            }
            sent = true;
            if let Some(message) = full {
                while field.chunk().await.map_err(|_| AppError::at("audio", Problem::Interrupted.text()))?.is_some() {}
                return Err(AppError::at("audio", message));
            }
            match staging::receive(app, artist.id, me.id, &mut field, expected).await? {
                Ok(file) => *kept = Some(file),
                Err(problem) => incoming.errors.add("audio", problem.text()),
            }
            continue;
        }
        match forms::part(app, Some(me.id), field, PICTURES).await? {
            Part::Text(name, value) => incoming.values.push((name, value)),
            Part::Problem(name, message) => incoming.errors.add(&name, message),
            Part::Nothing => {}
        }
    }
    if !sent {
        *kept = staging::kept(app, artist.id, &incoming.value("staging")).await?;
        if kept.is_none() {
            incoming.errors.add("audio", crate::t!("uploads.error.audio_missing"));
        }
    }
    fill_in(app, me.id, incoming, kept.as_ref()).await;
    let text = text_of(incoming)?;
    let Some(file) = kept.as_ref() else { return Err(AppError::at("audio", crate::t!("uploads.error.audio_missing"))) };
    let cover = incoming.picture("cover_kept");
    store::create(app, artist.id, &file.id, &text, cover.as_deref()).await
}

/// Fields that were left empty take what the file's tags say.
async fn fill_in(app: &App, user: UserId, incoming: &mut Incoming<'_>, file: Option<&KeptFile>) {
    let Some(file) = file.filter(|_| incoming.value("title").trim().is_empty() || incoming.value("genre").is_empty()) else { return };
    let (title, genre, cover) = staging::tags_of(app, user, file).await;
    let found = [("title", title), ("genre", Some(genre).filter(|genre| !genre.is_empty())), ("cover_kept", cover)];
    for (name, value) in found.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        if incoming.value(name).trim().is_empty() {
            incoming.values.retain(|(field, _)| field != name);
            incoming.values.push((name.to_owned(), value));
        }
    }
}

/// The texts, or all errors of texts and files together.
fn text_of(incoming: &mut Incoming<'_>) -> AppResult<TrackText> {
    let value = |name: &str| incoming.value(name);
    let download = Download::parse(value("downloadable") == "true", &value("price"));
    let text = TrackText::parse(&value("title"), &value("genre"), &value("description"), &value("release"), value("explicit") == "true", download);
    let mut errors = std::mem::take(&mut incoming.errors);
    match text {
        Err(AppError::Invalid(others)) => {
            errors.0.extend(others.0);
            Err(AppError::Invalid(errors))
        }
        text => {
            errors.done()?;
            text
        }
    }
}

async fn replaced(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    Path(id): Path<String>,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    let mut incoming = Incoming::new(&app, &visitor, multipart);
    let result = new_audio(&app, &visitor, &id, &headers, &mut incoming).await;
    let action = format!("/studio/uploads/{id}/audio");
    match result {
        // The form stands on the track's page.
        Err(error @ (AppError::Invalid(_) | AppError::Refused(_))) => {
            let flash = Flash { message: None, refused: Some(RefusedForm { action, values: Vec::new(), error }) };
            match sessions::leave_flash(&session, &flash).await {
                Ok(()) => Redirect::to(&format!("/studio/uploads/{id}")).into_response(),
                Err(error) => doors::error_response(&headers, &error),
            }
        }
        result => forms::answer(&headers, &session, &action, Vec::new(), result).await,
    }
}

async fn new_audio(app: &App, visitor: &Visitor, id: &str, headers: &HeaderMap, incoming: &mut Incoming<'_>) -> AppResult<Done> {
    let (me, artist) = artist_of(visitor)?;
    let id: TrackId = id.parse().map_err(|_| AppError::NotFound)?;
    replace::allowed(app, artist.id, id).await?;
    let expected = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let full = staging::quota(app, artist.id).await?.refusal(expected.unwrap_or(0), true);
    while let Some(mut field) = incoming.next().await? {
        if field.name() != Some("audio") || field.file_name().is_none_or(str::is_empty) {
            continue;
        }
        if let Some(message) = full {
            while field.chunk().await.map_err(|_| AppError::at("audio", Problem::Interrupted.text()))?.is_some() {}
            return Err(AppError::at("audio", message));
        }
        let file = staging::receive(app, artist.id, me.id, &mut field, expected).await?.map_err(|problem| AppError::at("audio", problem.text()))?;
        replace::begin(app, artist.id, id, &file.id).await?;
        return Ok(Done::go(format!("/studio/uploads/{id}")).saying(crate::t!("uploads.done.replacing")));
    }
    Err(AppError::at("audio", crate::t!("uploads.error.audio_missing")))
}

async fn edit(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    session: Session,
    OriginalUri(uri): OriginalUri,
    Path(id): Path<String>,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    let mut incoming = Incoming::new(&app, &visitor, multipart);
    if let Err(error) = incoming.take_all(PICTURES).await {
        return doors::error_response(&headers, &error);
    }
    let result = edited(&app, &visitor, &id, &mut incoming).await;
    forms::answer(&headers, &session, uri.path(), incoming.values, result).await
}

async fn edited(app: &App, visitor: &Visitor, id: &str, incoming: &mut Incoming<'_>) -> AppResult<Done> {
    let (_, artist) = artist_of(visitor)?;
    let id: TrackId = id.parse().map_err(|_| AppError::NotFound)?;
    let sound = match Sound::parse(&incoming.value("bpm"), &incoming.value("key")) {
        Err(AppError::Invalid(errors)) => {
            incoming.errors.0.extend(errors.0);
            Sound::default()
        }
        sound => sound?,
    };
    let text = text_of(incoming)?;
    let cover = incoming.picture("cover_kept");
    store::update(app, artist.id, id, &text, &sound, cover.as_deref()).await?;
    Ok(Done::go(format!("/studio/uploads/{id}")).saying(crate::t!("uploads.done.saved")))
}
