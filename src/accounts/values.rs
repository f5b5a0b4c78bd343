//! What people type about themselves, and when it will do.

use crate::t;

/// An e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    text: String,
    key: String,
}

impl Email {
    /// What the column holds, and SMTP allows.
    pub const MAX: u32 = 254;

    /// Reads what was typed. Only addresses that every mail server takes: ASCII, `local@domain.tld`.
    ///
    /// # Errors
    /// With what to change.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(t!("accounts.email.empty").into_owned());
        }
        if !looks_right(text) {
            return Err(t!("accounts.email.wrong").into_owned());
        }
        Ok(Self { text: text.to_owned(), key: text.to_ascii_lowercase() })
    }

    /// Reads the address of an account that may be there: an older site's people bring addresses that would not be taken
    /// today, such as those with letters beyond ASCII.
    ///
    /// # Errors
    /// With what to change.
    pub fn of_account(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err(t!("accounts.email.empty").into_owned());
        }
        if text.len() > 254 || !text.contains('@') || text.contains(char::is_whitespace) {
            return Err(t!("accounts.email.wrong").into_owned());
        }
        Ok(Self { text: text.to_owned(), key: text.to_lowercase() })
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Normalised: the same for every way of writing the address.
    pub fn key(&self) -> &str {
        &self.key
    }
}

fn looks_right(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let dots = |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let local_character = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 254
        && (1..=64).contains(&local.len())
        && dots(local)
        && local.bytes().all(local_character)
        && domain.contains('.')
        && domain.split('.').all(label)
        && !domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A password that someone chose. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub const MIN: usize = 10;
    pub const MAX: usize = 128;

    /// Reads a new password for the account with this e-mail.
    ///
    /// # Errors
    /// With what to change.
    pub fn parse(text: &str, email: Option<&str>) -> Result<Self, String> {
        let length = text.chars().count();
        if length < Self::MIN {
            return Err(t!("accounts.password.short", min = Self::MIN).into_owned());
        }
        if length > Self::MAX {
            return Err(t!("accounts.password.long", max = Self::MAX).into_owned());
        }
        if email.is_some_and(|email| email.trim().eq_ignore_ascii_case(text.trim())) {
            return Err(t!("accounts.password.is_email").into_owned());
        }
        let first = text.chars().next();
        if text.chars().all(|character| Some(character) == first) {
            return Err(t!("accounts.password.one_character").into_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// To be hashed.
    pub fn into_inner(self) -> String {
        self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// What a person is called: one line of 1 to 80 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    pub const MAX: u32 = 80;

    /// Reads what was typed; runs of white space become one space.
    ///
    /// # Errors
    /// With what to change.
    pub fn parse(text: &str) -> Result<Self, String> {
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return Err(t!("accounts.name.empty").into_owned());
        }
        if name.chars().count() > 80 {
            return Err(t!("accounts.name.long", max = Self::MAX).into_owned());
        }
        if name.chars().any(char::is_control) {
            return Err(t!("accounts.name.wrong").into_owned());
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a browser calls itself, in words that people know: browser and system.
pub fn device(user_agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    // The order matters: most browsers claim to be several.
    const BROWSERS: [(&str, &str); 6] =
        [("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl")];
    const SYSTEMS: [(&str, &str); 6] =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux")];
    let find = |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name);
    (find(&BROWSERS), find(&SYSTEMS))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["ada@example.org", " Ada.Lovelace+x@Mail.Example.ORG ", "o'neil@example.co.uk", "a@b-c.io"] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example",
            "a b@example.org",
            "ada@-example.org",
            "a..b@example.org",
            ".a@example.org",
            "ada@exa_mple.org",
            "a@b@c@",
            "ada@1.2.3.4",
            "ada@example..org",
            "a\r\n@example.org",
            "a,b@example.org",
            "<a@example.org>",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad}");
        }
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(65))).is_err());
        let email = Email::parse(" Ada@Example.org").unwrap();
        assert_eq!((email.as_str(), email.key()), ("Ada@Example.org", "ada@example.org"));
        assert_eq!(Email::of_account(" Ada@Example.org").unwrap(), email);
        assert_eq!(Email::of_account("Jörg.Ö@Example.org").unwrap().key(), "jörg.ö@example.org");
        for bad in ["", "ada", "a b@example.org", "a\r\n@example.org"] {
            assert!(Email::of_account(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn passwords() {
        assert!(Password::parse("correct horse", Some("ada@example.org")).is_ok());
        assert!(Password::parse("ninechars", None).is_err());
        assert!(Password::parse(&"ä".repeat(10), None).is_err(), "one character ten times");
        assert!(Password::parse("äöüäöüäöüä", None).is_ok(), "characters are counted, not bytes");
        assert!(Password::parse(&"ab".repeat(65), None).is_err());
        assert!(Password::parse("Ada@Example.org", Some("ada@example.org")).is_err());
        assert_eq!(format!("{:?}", Password::parse("correct horse", None).unwrap()), "Password(…)");
    }

    #[test]
    fn names() {
        assert_eq!(Name::parse("  Ada \t Lovelace ").unwrap().as_str(), "Ada Lovelace");
        assert!(Name::parse(" ").is_err());
        assert!(Name::parse(&"a".repeat(81)).is_err());
        assert!(Name::parse("a\u{7}b").is_err());
    }

    #[test]
    fn browsers_by_their_own_words() {
        assert_eq!(device("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), (Some("Firefox"), Some("Linux")));
        let phone = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36";
        assert_eq!(device(phone), (Some("Chrome"), Some("Android")));
        assert_eq!(device("x"), (None, None));
    }
}
