//! Lists of percentages such as `10,20,...,70`.

/// Percentages from 0 to 100.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Percents(pub(crate) Vec<f64>);

/// Parses a comma-separated list. `...` continues the sequence of the two numbers before it up to the one after it.
pub(crate) fn percents(text: &str) -> Result<Percents, String> {
    let mut numbers: Vec<f64> = Vec::new();
    let mut goes_on = false;
    for part in text.split(',').map(str::trim) {
        if matches!(part, "..." | "…") {
            if numbers.len() < 2 || goes_on {
                return Err("`...` must come after two numbers, for example 10,20,...,70".into());
            }
            goes_on = true;
            continue;
        }
        let number = percent(part)?;
        if goes_on {
            let last = numbers.len() - 1;
            let (from, step) = (numbers[last], numbers[last] - numbers[last - 1]);
            let count = (number - from) / step;
            if !count.is_finite() || count < 1.0 || (count - count.round()).abs() > 1e-6 {
                return Err(format!("`...` does not reach {number} in steps of {step}"));
            }
            numbers.extend((1..count.round() as u32).map(|n| from + f64::from(n) * step));
            goes_on = false;
        }
        numbers.push(number);
    }
    if goes_on {
        return Err("`...` lacks a number after it, for example 10,20,...,70".into());
    }
    let repeated = (1..numbers.len()).find(|&index| numbers[..index].contains(&numbers[index]));
    match repeated {
        Some(index) => Err(format!("{} is given twice", numbers[index])),
        None => Ok(Percents(numbers)),
    }
}

/// Parses a number from 0 to 100.
pub(crate) fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| {
        format!("`{text}` is not a number; expected percentages, for example 10,20,...,70")
    })?;
    if !(0.0..=100.0).contains(&number) {
        return Err(format!("{number} is not between 0 and 100"));
    }
    if 0.0 < number && number < 1.0 {
        return Err(format!(
            "{number} is less than one percent; write {} for that fraction",
            100.0 * number
        ));
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_with_and_without_dots() {
        let numbers = |text| percents(text).unwrap().0;
        assert_eq!(numbers("50"), [50.0]);
        assert_eq!(numbers("0, 50"), [0.0, 50.0]);
        let tens = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0];
        assert_eq!(numbers("10,20,...,70"), tens);
        assert_eq!(numbers("0,100,75,...,50"), [0.0, 100.0, 75.0, 50.0]);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, what) in [
            ("0.5", "write 50"),
            ("101", "between"),
            ("50,20,50", "50 is given twice"),
            ("a", "not a number"),
            ("10,...,70", "after two"),
            ("10,20,...", "lacks"),
            ("10,20,...,75", "steps of 10"),
            ("20,20,...,70", "steps of 0"),
            ("20,10,...,70", "steps of -10"),
        ] {
            let error = percents(text).unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
    }
}
