//! Forms with files: read piece by piece within bounds, answered by redirect. What was typed comes back with the
//! errors, and pictures that were sent are kept.

use super::images::{self, Purpose};
use crate::{
    error::{AppError, AppResult, FieldErrors},
    ids::UserId,
    server::{
        doors,
        sessions::{self, Visitor},
        state::App,
    },
    ui::forms::{Done, Flash, RefusedForm},
};
use axum::{
    extract::multipart::{Field, Multipart},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use tower_sessions::Session;

/// Bytes of a text field at most.
const MAX_TEXT: usize = 64 * 1024;
/// Fields of a form at most.
const MAX_FIELDS: usize = 60;

/// A form as it arrives.
pub struct Incoming<'a> {
    app: &'a App,
    /// Whose pictures are kept; nobody's are read and thrown away.
    user: Option<UserId>,
    multipart: Multipart,
    /// What was typed.
    pub values: Vec<(String, String)>,
    /// What is wrong with the files.
    pub errors: FieldErrors,
    seen: usize,
}

fn broken(error: impl std::fmt::Display) -> AppError {
    tracing::debug!("a form broke off: {error}");
    AppError::Refused(crate::t!("error.malformed").into_owned())
}

impl<'a> Incoming<'a> {
    /// Over the body of somebody's request.
    pub fn new(app: &'a App, visitor: &Visitor, multipart: Multipart) -> Self {
        Self { app, user: visitor.me.as_ref().map(|me| me.id), multipart, values: Vec::new(), errors: FieldErrors::default(), seen: 0 }
    }

    /// The next field. Give what is not a file of yours to [`Incoming::text`].
    ///
    /// # Errors
    /// When the body breaks off.
    pub async fn next(&mut self) -> AppResult<Option<Field<'_>>> {
        self.seen += 1;
        if self.seen > MAX_FIELDS {
            return Err(broken("too many fields"));
        }
        self.multipart.next_field().await.map_err(broken)
    }

    /// What was typed into a field.
    pub fn value(&self, name: &str) -> String {
        self.values.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// Takes all fields of a form whose only files are these pictures.
    ///
    /// # Errors
    /// When the body breaks off.
    pub async fn take_all(&mut self, pictures: &[(&'static str, Purpose)]) -> AppResult<()> {
        let (app, user) = (self.app, self.user);
        loop {
            let Some(field) = self.next().await? else { return Ok(()) };
            match part(app, user, field, pictures).await? {
                Part::Text(name, value) => self.values.push((name, value)),
                Part::Problem(name, message) => self.errors.add(&name, message),
                Part::Nothing => {}
            }
        }
    }

    /// The address of a picture that was sent now or kept before.
    pub fn picture(&self, kept: &str) -> Option<String> {
        let address = self.values.iter().rev().find(|(name, _)| name == kept).map(|(_, address)| address.clone())?;
        let name = address.strip_prefix("/media/images/")?;
        let good = name.len() < 60 && name.ends_with(".webp") && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        good.then_some(address)
    }
}

/// What a field turned out to be.
pub enum Part {
    Text(String, String),
    Problem(String, String),
    Nothing,
}

/// Reads one field: a text, or one of these pictures, which is kept under `…_kept`.
///
/// # Errors
/// When the body breaks off.
pub async fn part(app: &App, user: Option<UserId>, mut field: Field<'_>, pictures: &[(&'static str, Purpose)]) -> AppResult<Part> {
    let name = field.name().unwrap_or_default().to_owned();
    let Some((_, purpose)) = pictures.iter().find(|(picture, _)| *picture == name) else {
        if field.file_name().is_some() {
            while field.chunk().await.map_err(broken)?.is_some() {}
            return Ok(Part::Nothing);
        }
        let bytes = collect(&mut field, MAX_TEXT).await?.ok_or_else(|| AppError::Refused(crate::t!("error.form_too_large").into_owned()))?;
        return Ok(Part::Text(name, String::from_utf8_lossy(&bytes).into_owned()));
    };
    let Some(bytes) = collect(&mut field, app.config.rules.image_maximum_bytes).await? else {
        return Ok(Part::Problem(name, images::Problem::TooLarge.text()));
    };
    let (Some(user), false) = (user, bytes.is_empty()) else { return Ok(Part::Nothing) };
    Ok(match images::keep(app, user, bytes, *purpose).await {
        Ok(address) => Part::Text(format!("{name}_kept"), address),
        Err(problem) => Part::Problem(name, problem.text()),
    })
}

/// A field's bytes; nothing when they are more than `most`. It is read to its end all the same, for a browser shows
/// no answer before it has sent everything.
async fn collect(field: &mut Field<'_>, most: usize) -> AppResult<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut too_large = false;
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if too_large || bytes.len() + chunk.len() > most {
            too_large = true;
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok((!too_large).then_some(bytes))
}

/// Answers a form without JavaScript: to where it leads, or back to where it stood, with what was typed.
pub async fn answer(headers: &HeaderMap, session: &Session, form: &str, values: Vec<(String, String)>, result: AppResult<Done>) -> Response {
    let (to, flash) = match result {
        Ok(done) => (done.to.unwrap_or_else(|| form.to_owned()), done.message.map(|message| Flash { message: Some(message), refused: None })),
        Err(AppError::LogIn) => (format!("/log-in?next={}", form_urlencoded::byte_serialize(form.as_bytes()).collect::<String>()), None),
        Err(error @ (AppError::Invalid(_) | AppError::Refused(_) | AppError::TooMany { .. })) => {
            (form.to_owned(), Some(Flash { message: None, refused: Some(RefusedForm { action: form.to_owned(), values, error }) }))
        }
        Err(error) => return doors::error_response(headers, &error),
    };
    if let Some(flash) = flash
        && let Err(error) = sessions::leave_flash(session, &flash).await
    {
        return doors::error_response(headers, &error);
    }
    Redirect::to(&to).into_response()
}
