//! A text that a component may be given or not.

/// Lets a property take a literal, a `String`, a catalogue's text, or an `Option` of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Maybe(pub Option<String>);

impl From<&str> for Maybe {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl From<String> for Maybe {
    fn from(text: String) -> Self {
        Self(Some(text))
    }
}

impl From<std::borrow::Cow<'_, str>> for Maybe {
    fn from(text: std::borrow::Cow<'_, str>) -> Self {
        Self(Some(text.into_owned()))
    }
}

impl From<Option<String>> for Maybe {
    fn from(text: Option<String>) -> Self {
        Self(text)
    }
}
