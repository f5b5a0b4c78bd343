//! Random tokens, digests and signatures.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// A random token of 256 bits, for a link: 43 characters.
///
/// # Panics
/// When the operating system has no randomness to give.
pub fn random() -> String {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256, in 43 characters. What is kept of a token, and the fingerprint of a request's content.
pub fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// HMAC-SHA256 of a text under the site's secret, in 43 characters. `purpose` keeps uses apart.
///
/// # Panics
/// Never: HMAC takes keys of any length.
pub fn sign(secret: &str, purpose: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(text.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// Whether the signature is that of the text, in constant time.
pub fn verify(secret: &str, purpose: &str, text: &str, signature: &str) -> bool {
    use subtle::ConstantTimeEq;
    sign(secret, purpose, text).as_bytes().ct_eq(signature.as_bytes()).into()
}

/// A new id of our own: a ULID, 26 characters, sortable by time.
pub fn ulid() -> String {
    ulid::Ulid::new().to_string()
}
