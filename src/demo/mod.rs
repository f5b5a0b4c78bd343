//! Demo content, made by the project itself: music ([`music`]), pictures ([`art`]), and the facts of it ([`catalogue`]).

pub mod art;
pub mod catalogue;
pub mod music;
