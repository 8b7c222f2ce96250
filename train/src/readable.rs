//! Formats numbers and names for people.

/// A key, such as the name of a loss, with spaces.
pub(crate) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A fraction in percent, with one decimal. What is not nothing is not 0 %, nor 100 % what is not everything.
pub(crate) fn percent(share: f64) -> String {
    match 100.0 * share {
        value if value > 0.0 && value < 0.05 => "less than 0.1 %".into(),
        value if (99.95..100.0).contains(&value) => "more than 99.9 %".into(),
        value => format!("{} %", (10.0 * value).round() / 10.0),
    }
}

/// Three significant digits.
pub(crate) fn three_digits(value: f64) -> String {
    let whole = value.abs().log10().floor().clamp(-6.0, 2.0);
    let text = format!("{value:.*}", (2.0 - whole) as usize);
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').into(),
        false => text,
    }
}

/// A duration in seconds, minutes or hours.
pub(crate) fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 60.0 => format!("{} s", three_digits(s)),
        s if s < 3600.0 => format!("{:.0} min", s / 60.0),
        s => format!("{} h", three_digits(s / 3600.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let texts = [0.0, 0.000_123_4, 0.5, 1.0 / 3.0, 12.345, 1234.5].map(three_digits);
        assert_eq!(texts, ["0", "0.000123", "0.5", "0.333", "12.3", "1234"]);
        assert_eq!(
            [0.0, 1e-6, 0.004, 0.35, 0.99999, 1.0].map(percent),
            [
                "0 %",
                "less than 0.1 %",
                "0.4 %",
                "35 %",
                "more than 99.9 %",
                "100 %"
            ]
        );
        assert_eq!(
            [1.5, 90.0, 5400.0].map(duration),
            ["1.5 s", "2 min", "1.5 h"]
        );
    }
}
