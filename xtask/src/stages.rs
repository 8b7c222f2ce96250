//! Runs the stages of a task: measures their times, stops at the first failure, and prints a table at the end.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

pub(crate) struct Stage {
    name: &'static str,
    work: Box<dyn FnOnce() -> Result<()>>,
}

impl Stage {
    pub(crate) fn new(name: &'static str, work: impl FnOnce() -> Result<()> + 'static) -> Self {
        Self {
            name,
            work: Box::new(work),
        }
    }
}

pub(crate) fn run(stages: Vec<Stage>) -> Result<()> {
    let mut lines = Vec::new();
    let mut outcome = Ok(());
    for Stage { name, work } in stages {
        if outcome.is_err() {
            lines.push(line(name, "not run", None));
            continue;
        }
        eprintln!("\n== {name}");
        let start = Instant::now();
        outcome = work().context(name);
        lines.push(line(
            name,
            if outcome.is_ok() { "ok" } else { "FAILED" },
            Some(start.elapsed()),
        ));
    }
    eprintln!("\n{}\n", lines.join("\n"));
    outcome
}

/// The stage with a name.
pub(crate) fn only(stages: Vec<Stage>, name: &str) -> Result<Vec<Stage>> {
    let names: Vec<_> = stages.iter().map(|stage| stage.name).collect();
    let found = stages.into_iter().find(|stage| stage.name == name);
    let found =
        found.with_context(|| format!("there is no stage `{name}`, only {}", names.join(", ")))?;
    Ok(vec![found])
}

fn line(name: &str, result: &str, time: Option<Duration>) -> String {
    let time = time
        .map(|time| format!("{:>8.1} s", time.as_secs_f64()))
        .unwrap_or_default();
    format!("{name:<24}{result:<8}{time}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_stage_and_stops_the_rest() {
        let stages = vec![
            Stage::new("first", || Ok(())),
            Stage::new("second", || anyhow::bail!("why")),
            Stage::new("third", || panic!("runs after a failure")),
        ];
        let message = format!("{:#}", run(stages).expect_err("it must fail"));
        assert_eq!(message, "second: why");
    }

    #[test]
    fn a_name_selects_a_stage() -> Result<()> {
        let stages = || {
            vec![
                Stage::new("first", || Ok(())),
                Stage::new("second", || Ok(())),
            ]
        };
        assert_eq!(only(stages(), "second")?[0].name, "second");
        let message = only(stages(), "third").err().map(|error| error.to_string());
        assert_eq!(
            message.as_deref(),
            Some("there is no stage `third`, only first, second")
        );
        Ok(())
    }

    #[test]
    fn lines_align() {
        assert_eq!(
            line("lints", "ok", Some(Duration::from_millis(1250))),
            "lints                   ok           1.2 s"
        );
        assert_eq!(
            line("lints", "not run", None),
            "lints                   not run"
        );
    }
}
