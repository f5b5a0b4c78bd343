//! Hashes of passwords: Argon2id, off the request's thread, a few at a time.

use crate::{error::AppResult, server::errors::internal};
use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{self, SaltString},
};
use std::sync::OnceLock;
use tokio::sync::Semaphore;

/// Each takes 19 MiB and a core: more at once would only be slower, and a flood of log-ins would take the memory.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Hashes a password.
///
/// # Errors
/// When the operating system has no randomness or no thread to give.
pub async fn hash(password: String) -> AppResult<String> {
    blocking(move || hash_now(&password)).await?.map_err(internal)
}

/// Whether the password is the one that was hashed. Without a hash it takes as long and is never right, so that an
/// unknown e-mail looks like a known one.
///
/// # Errors
/// When a kept hash can't be read, or there is no thread to give.
pub async fn verify(password: String, hash: Option<String>) -> AppResult<bool> {
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.as_deref().unwrap_or_else(|| dummy());
        let parsed = PasswordHash::new(hash)?;
        match Argon2::default().verify_password(password.as_bytes(), &parsed) {
            Ok(()) => Ok(known),
            Err(password_hash::Error::Password) => Ok(false),
            Err(error) => Err(error),
        }
    })
    .await?
    .map_err(internal)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> password_hash::Result<T> + Send + 'static) -> AppResult<password_hash::Result<T>> {
    let _permit = AT_ONCE.acquire().await.map_err(internal)?;
    tokio::task::spawn_blocking(work).await.map_err(internal)
}

fn hash_now(password: &str) -> password_hash::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| password_hash::Error::Crypto)?;
    let salt = SaltString::encode_b64(&bytes)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string())
}

/// A hash of nobody's password.
fn dummy() -> &'static str {
    static DUMMY: OnceLock<String> = OnceLock::new();
    DUMMY.get_or_init(|| hash_now(&crate::server::tokens::random()).expect("a random password can be hashed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_password_itself_is_right() {
        let hash = hash("correct horse".to_owned()).await.expect("hashed");
        assert!(hash.starts_with("$argon2id$"));
        assert_eq!(verify("correct horse".to_owned(), Some(hash.clone())).await, Ok(true));
        assert_eq!(verify("correct horsf".to_owned(), Some(hash)).await, Ok(false));
        assert_eq!(verify("correct horse".to_owned(), None).await, Ok(false));
    }
}
