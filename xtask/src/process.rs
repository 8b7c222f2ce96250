//! Runs other programs. Errors include the command and its output.

use std::io::ErrorKind;
use std::process::{Command, Output};

use anyhow::{Context, Error, Result, anyhow, bail};

/// Runs a program and shows its output.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = spell(command);
    eprintln!("$ {shown}");
    let status = command
        .status()
        .map_err(|error| not_started(&shown, error))?;
    if !status.success() {
        bail!("`{shown}` failed: {status}");
    }
    Ok(())
}

/// Runs a program and returns its standard output. If it fails, the error includes its standard error.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let shown = spell(command);
    let output = command
        .output()
        .map_err(|error| not_started(&shown, error))?;
    if !output.status.success() {
        bail!(
            "`{shown}` failed: {}\n{}",
            output.status,
            last_lines(&output)
        );
    }
    String::from_utf8(output.stdout)
        .with_context(|| format!("the output of `{shown}` is not UTF-8"))
}

fn not_started(shown: &str, error: std::io::Error) -> Error {
    let program = shown.split(' ').next().unwrap_or(shown);
    match error.kind() {
        ErrorKind::NotFound => anyhow!("`{program}` is not installed, or not on PATH"),
        _ => anyhow!(error).context(format!("cannot start `{shown}`")),
    }
}

fn spell(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn last_lines(output: &Output) -> String {
    const KEPT: usize = 12;
    let text = String::from_utf8_lossy(if output.stderr.is_empty() {
        &output.stdout
    } else {
        &output.stderr
    });
    let lines: Vec<_> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(KEPT)..]
        .iter()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let message = read(&mut Command::new("no-such-program-here"))
            .expect_err("it must fail")
            .to_string();
        assert_eq!(
            message,
            "`no-such-program-here` is not installed, or not on PATH"
        );
    }

    #[test]
    fn a_failure_carries_what_the_program_said() {
        let message = read(Command::new("sh").args(["-c", "echo why >&2; exit 3"]))
            .expect_err("it must fail")
            .to_string();
        assert!(
            message.contains("exit status: 3") && message.ends_with("  why"),
            "{message}"
        );
    }
}
