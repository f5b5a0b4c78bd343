//! Numbers, money, dates and lengths as people read them. Separators, patterns and names of months are words of the
//! catalogue, so another language brings its own.

use crate::t;
use leptos::prelude::*;
use time::OffsetDateTime;

/// The true minus sign, as wide as a plus.
const MINUS: &str = "\u{2212}";

/// A track's length from seconds: `3:45`, `1:02:03`.
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// The same for machines, as HTML's `datetime` wants it: `PT225S`.
pub fn duration_attribute(seconds: i64) -> String {
    format!("PT{}S", seconds.max(0))
}

/// A whole number with its groups: `12,345`.
pub fn number(value: i64) -> String {
    let digits = grouped(&value.unsigned_abs().to_string());
    if value < 0 { format!("{MINUS}{digits}") } else { digits }
}

/// A number short enough for a card: `999`, `12.3K`, `4.5M`. Never rounded up, so that nobody is promised more.
pub fn short_number(value: i64) -> String {
    let magnitude = value.unsigned_abs();
    let (unit, tenths) = match magnitude {
        0..1_000 => return number(value),
        1_000..1_000_000 => (Unit::Thousand, magnitude / 100),
        1_000_000..1_000_000_000 => (Unit::Million, magnitude / 100_000),
        _ => (Unit::Billion, magnitude / 100_000_000),
    };
    let whole = grouped(&(tenths / 10).to_string());
    let text = if tenths % 10 == 0 || tenths >= 1_000 { whole } else { format!("{whole}{}{}", t!("ui.number.decimal"), tenths % 10) };
    let text = match unit {
        Unit::Thousand => t!("ui.number.thousand", number = text),
        Unit::Million => t!("ui.number.million", number = text),
        Unit::Billion => t!("ui.number.billion", number = text),
    };
    if value < 0 { format!("{MINUS}{text}") } else { text.into_owned() }
}

enum Unit {
    Thousand,
    Million,
    Billion,
}

/// An amount in cents with its currency's symbol (or code, where it has none of its own): `$12.05`, `−€3.00`, `8.00 CHF`.
pub fn money(cents: i64, currency: &str) -> String {
    let sign = if cents < 0 { MINUS } else { "" };
    let magnitude = cents.unsigned_abs();
    let amount = format!("{}{}{:02}", grouped(&(magnitude / 100).to_string()), t!("ui.number.decimal"), magnitude % 100);
    match symbol(currency) {
        Some(symbol) => t!("ui.money.symbol", sign = sign, symbol = symbol, number = amount).into_owned(),
        None => t!("ui.money.code", sign = sign, number = amount, code = currency).into_owned(),
    }
}

fn symbol(currency: &str) -> Option<&'static str> {
    Some(match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "INR" => "₹",
        "CAD" => "CA$",
        "AUD" => "A$",
        "NZD" => "NZ$",
        "BRL" => "R$",
        _ => return None,
    })
}

/// A share in hundredths of a percent: `5%`, `2.5%`, `0.25%`.
pub fn percent(basis_points: u32) -> String {
    let (whole, rest) = (basis_points / 100, basis_points % 100);
    let decimal = t!("ui.number.decimal");
    match rest {
        0 => format!("{whole}%"),
        rest if rest % 10 == 0 => format!("{whole}{decimal}{}%", rest / 10),
        rest => format!("{whole}{decimal}{rest:02}%"),
    }
}

/// The size of a file: `640 B`, `1.2 MB`.
pub fn bytes(size: u64) -> String {
    let (tenths, unit) = match size {
        0..1_000 => return format!("{size} B"),
        1_000..1_000_000 => (size / 100, "kB"),
        1_000_000..1_000_000_000 => (size / 100_000, "MB"),
        _ => (size / 100_000_000, "GB"),
    };
    format!("{}{}{} {unit}", grouped(&(tenths / 10).to_string()), t!("ui.number.decimal"), tenths % 10)
}

fn grouped(digits: &str) -> String {
    let group = t!("ui.number.group");
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push_str(&group);
        }
        out.push(digit);
    }
    out
}

fn month_name(moment: OffsetDateTime) -> String {
    let months = t!("ui.date.months");
    months.split(' ').nth(usize::from(u8::from(moment.month())) - 1).unwrap_or_default().to_owned()
}

/// A day: `3 Feb 2026`.
pub fn date(moment: OffsetDateTime) -> String {
    t!("ui.date.day", day = moment.day(), month = month_name(moment), year = moment.year()).into_owned()
}

/// A month: `Feb 2026`.
pub fn month(moment: OffsetDateTime) -> String {
    t!("ui.date.month", month = month_name(moment), year = moment.year()).into_owned()
}

/// A day and time in UTC: `3 Feb 2026, 14:05 UTC`.
pub fn date_time(moment: OffsetDateTime) -> String {
    let (hour, minute) = (format!("{:02}", moment.hour()), format!("{:02}", moment.minute()));
    t!("ui.date.moment", day = moment.day(), month = month_name(moment), year = moment.year(), hour = hour, minute = minute).into_owned()
}

/// For HTML's `datetime`: `2026-02-03T14:05:00Z`.
pub fn datetime_attribute(moment: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second()
    )
}

/// How long ago, for up to a week; the date before that and for what is still to come.
pub fn relative(moment: OffsetDateTime, now: OffsetDateTime) -> String {
    let seconds = (now - moment).whole_seconds();
    let plural = |one: &str, other: &str, count: i64| if count == 1 { t!(one).into_owned() } else { t!(other, count = count).into_owned() };
    match seconds {
        -5..60 => t!("ui.ago.now").into_owned(),
        60..3_600 => plural("ui.ago.minutes.one", "ui.ago.minutes.other", seconds / 60),
        3_600..86_400 => plural("ui.ago.hours.one", "ui.ago.hours.other", seconds / 3_600),
        86_400..604_800 => plural("ui.ago.days.one", "ui.ago.days.other", seconds / 86_400),
        _ => date(moment),
    }
}

/// "1 play", "12.3K plays": the words of a count, from the keys `<key>.one` and `<key>.other`.
pub fn counted(key: &str, count: i64) -> String {
    let form = if count == 1 { "one" } else { "other" };
    t!(format!("{key}.{form}"), count = short_number(count)).into_owned()
}

/// A count with its word, short, and in full for whoever points at it.
#[component]
pub fn Count(
    /// The catalogue's key, such as `ui.plays`.
    key: &'static str,
    value: i64,
) -> impl IntoView {
    view! { <span title=(value >= 1_000).then(|| number(value))>{counted(key, value)}</span> }
}

/// A day or moment that machines read too; the exact time for whoever points at it.
#[component]
pub fn When(
    moment: OffsetDateTime,
    /// The moment at which the page was made (`boot().now`): shows how long ago instead of the day.
    #[prop(optional)]
    now: Option<OffsetDateTime>,
) -> impl IntoView {
    let text = now.map_or_else(|| date(moment), |now| relative(moment, now));
    view! { <time datetime=datetime_attribute(moment) title=date_time(moment)>{text}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    #[test]
    fn lengths() {
        assert_eq!(duration(225), "3:45");
        assert_eq!(duration(3_723), "1:02:03");
        assert_eq!(duration(-1), "0:00");
    }

    #[test]
    fn numbers() {
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(-1_000), "\u{2212}1,000");
        for (value, text) in [(0, "0"), (999, "999"), (1_000, "1K"), (12_399, "12.3K"), (123_456, "123K"), (999_999, "999K"), (4_500_000, "4.5M")] {
            assert_eq!(short_number(value), text);
        }
    }

    #[test]
    fn amounts_have_a_true_minus() {
        assert_eq!(money(1_205, "USD"), "$12.05");
        assert_eq!(money(-300, "EUR"), "\u{2212}€3.00");
        assert_eq!(money(123_456_789, "CHF"), "1,234,567.89 CHF");
        assert_eq!(money(i64::MIN, "USD"), "\u{2212}$92,233,720,368,547,758.08");
    }

    #[test]
    fn shares_and_sizes() {
        assert_eq!((percent(500), percent(250), percent(25), percent(5)), ("5%".into(), "2.5%".into(), "0.25%".into(), "0.05%".into()));
        assert_eq!((bytes(640), bytes(1_250_000)), ("640 B".into(), "1.2 MB".into()));
    }

    #[test]
    fn times() {
        let then = datetime!(2026-02-03 14:05 UTC);
        assert_eq!(date(then), "3 Feb 2026");
        assert_eq!(date_time(then), "3 Feb 2026, 14:05 UTC");
        assert_eq!(datetime_attribute(then), "2026-02-03T14:05:00Z");
        assert_eq!(relative(then, then + Duration::seconds(20)), "just now");
        assert_eq!(relative(then, then + Duration::minutes(1)), "1 minute ago");
        assert_eq!(relative(then, then + Duration::hours(5)), "5 hours ago");
        assert_eq!(relative(then, then + Duration::hours(30)), "yesterday");
        assert_eq!(relative(then, then + Duration::days(9)), "3 Feb 2026");
        assert_eq!(relative(then, then - Duration::days(9)), "3 Feb 2026");
    }

    #[test]
    fn counts_take_the_right_form() {
        assert_eq!(counted("ui.plays", 1), "1 play");
        assert_eq!(counted("ui.plays", 12_345), "12.3K plays");
    }
}
