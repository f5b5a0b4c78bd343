//! Royalties: stream money shared among those who were heard. A paying listener's own money goes to whom that
//! listener heard; advertising money is shared over the plays of everybody else.

#[cfg(feature = "ssr")]
pub mod store;
