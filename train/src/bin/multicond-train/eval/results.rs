//! Output of an evaluation: text, JSON, Markdown, HTML and pictures.

use std::{num::NonZeroUsize, path::PathBuf};

use anyhow::Result;
use multicond_format::storage::write_atomically;
use multicond_train::{
    eval::{Outcome, Sheets, Table},
    report::{evaluation_markdown, evaluation_page},
};

use crate::args::{print, print_json, require_folder};

/// Output options.
#[derive(clap::Args)]
#[command(next_help_heading = "Results")]
pub(super) struct Results {
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Write the results as JSON to a file
    #[arg(long, short, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write an HTML report with tables, curves and pictures
    #[arg(long, value_name = "FILE.html")]
    pub(super) report: Option<PathBuf>,
    /// Write the tables as Markdown
    #[arg(long, value_name = "FILE.md")]
    pub(super) markdown: Option<PathBuf>,
    /// Write all pictures to a new folder, to score them with other programs
    #[arg(long, value_name = "DIR")]
    pub(super) pictures: Option<PathBuf>,
    /// Write contact sheets to a new folder: labels, generated and real pictures side by side, at full size
    #[arg(long, value_name = "DIR")]
    sheets: Option<PathBuf>,
    /// Frames on a contact sheet, spread over the data
    #[arg(long, value_name = "N", requires = "sheets", default_value = "8")]
    sheet_frames: NonZeroUsize,
}

impl Results {
    /// Checks that the folders of all output files exist, so that a long run does not fail at its end.
    pub(super) fn check(&self) -> Result<()> {
        let files = [&self.out, &self.report, &self.markdown];
        files
            .into_iter()
            .flatten()
            .try_for_each(|file| require_folder(file))
    }

    /// The contact sheets to draw.
    pub(super) fn sheets(&self) -> Option<Sheets> {
        let folder = self.sheets.clone()?;
        Some(Sheets {
            folder,
            frames: self.sheet_frames.get(),
        })
    }

    /// Prints before it writes files, so that results are not lost when a file cannot be written.
    pub(super) fn deliver(&self, outcome: &Outcome) -> Result<()> {
        if self.json {
            print_json(outcome)?;
        } else {
            print(&text(outcome))?;
        }
        if let Some(path) = &self.out {
            write_atomically(path, serde_json::to_string_pretty(outcome)?.as_bytes())?;
        }
        if let Some(path) = &self.markdown {
            write_atomically(path, evaluation_markdown(outcome).as_bytes())?;
        }
        if let Some(path) = &self.report {
            write_atomically(path, evaluation_page(outcome)?.as_bytes())?;
        }
        Ok(())
    }
}

fn text(outcome: &Outcome) -> String {
    let mut text = format!(
        "{} frames of {}, {}\n\n",
        outcome.frames, outcome.data, outcome.size
    );
    text += &Table::of_scores(outcome).text();
    if let Some(table) = Table::of_differences(outcome) {
        text.push('\n');
        text += &table.text();
    }
    text
}
