//! Tables of scores, as text and Markdown.

use std::fmt::Write;

use super::{Difference, Outcome, Quantity, Row, Scores};
use crate::readable::percent;

/// A table; all rows have as many cells as the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
}

/// A column that identifies rows.
struct Column {
    name: &'static str,
    value: fn(&Row) -> String,
    /// The text in rows without a value.
    empty: &'static str,
}

const COLUMNS: [Column; 6] = [
    Column {
        name: "model",
        value: |row| row.model.clone(),
        empty: "",
    },
    Column {
        name: "step",
        value: |row| row.step.map_or(String::new(), |step| step.to_string()),
        empty: "",
    },
    Column {
        name: "regions dropped",
        value: |row| percent(row.condition.sparsity),
        empty: "0 %",
    },
    Column {
        name: "strokes",
        value: |row| percent(row.condition.free_form),
        empty: "0 %",
    },
    Column {
        name: "noise",
        value: |row| {
            let noise = row.condition.noise;
            noise.map_or(String::new(), |noise| noise.text())
        },
        empty: "",
    },
    Column {
        name: "without",
        value: |row| row.condition.removed.join(", "),
        empty: "",
    },
];

impl Table {
    /// The scores of an evaluation. Columns that are empty in all rows are omitted.
    pub fn of_scores(outcome: &Outcome) -> Self {
        let rows = &outcome.rows;
        let quantities = outcome.quantities();
        let is_used = |column: &&Column| {
            let mut cells = rows.iter().map(column.value);
            cells.any(|cell| cell != column.empty)
        };
        let columns: Vec<&Column> = COLUMNS.iter().filter(is_used).collect();
        let cells = |scores: &Scores| -> Vec<String> {
            let cell = |quantity: &Quantity| {
                let score = scores.0.get(quantity);
                score.map_or(String::new(), |score| quantity.format(*score))
            };
            quantities.iter().map(cell).collect()
        };
        let names = columns.iter().map(|column| column.name);
        let scores = quantities.iter().map(|quantity| quantity.name());
        let mut table = Self {
            header: names.chain(scores).map(str::to_owned).collect(),
            rows: Vec::new(),
        };
        for row in rows {
            let mut line: Vec<String> = columns.iter().map(|column| (column.value)(row)).collect();
            line.extend(cells(&row.scores));
            table.rows.push(line);
        }
        if let Some(real) = &outcome.real_pictures {
            let mut line = vec![String::new(); columns.len()];
            line[0] = "(ground truth)".into();
            line.extend(cells(real));
            table.rows.push(line);
        }
        table
    }

    /// The scores of one set of pictures.
    pub fn of_set(name: &str, scores: &Scores) -> Self {
        let cells = scores.0.iter();
        let (names, values): (Vec<_>, Vec<_>) = cells
            .map(|(quantity, value)| (quantity.name().to_owned(), quantity.format(*value)))
            .unzip();
        Self {
            header: [vec![String::new()], names].concat(),
            rows: vec![[vec![name.to_owned()], values].concat()],
        }
    }

    /// Differences between models, or `None` if there are none.
    pub fn of_differences(outcome: &Outcome) -> Option<Self> {
        let header = ["", "difference", "95 % interval", "better"].map(str::to_owned);
        let row = |difference: &Difference| {
            let (from, to) = (&outcome.rows[difference.from], &outcome.rows[difference.to]);
            let quantity = difference.quantity;
            let [low, high] = difference.interval.map(|value| signed(quantity, value));
            let condition = from.condition.text();
            let condition = condition.map_or(String::new(), |text| format!(", {text}"));
            vec![
                format!(
                    "{}: {} − {}{condition}",
                    quantity.name(),
                    to.model,
                    from.model
                ),
                signed(quantity, difference.difference),
                format!("{low} to {high}"),
                match difference.better() {
                    None => "undecided".into(),
                    Some(true) => to.model.clone(),
                    Some(false) => from.model.clone(),
                },
            ]
        };
        let rows: Vec<_> = outcome.differences.iter().map(row).collect();
        (!rows.is_empty()).then(|| Self {
            header: header.into(),
            rows,
        })
    }

    /// As plain text, with the first column left-aligned and the others right-aligned.
    pub fn text(&self) -> String {
        let lines = || std::iter::once(&self.header).chain(&self.rows);
        let width = |column: usize| {
            let cells = lines().map(|line| line[column].chars().count());
            cells.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.header.len()).map(width).collect();
        let mut text = String::new();
        for line in lines() {
            let mut row = String::new();
            for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
                let _ = match column {
                    0 => write!(row, "{cell:<width$}"),
                    _ => write!(row, "  {cell:>width$}"),
                };
            }
            text += row.trim_end();
            text.push('\n');
        }
        text
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let mut text = line(&self.header);
        text += "|---|";
        text += &"---:|".repeat(self.header.len().saturating_sub(1));
        text.push('\n');
        for row in &self.rows {
            text += &line(row);
        }
        text
    }
}

fn signed(quantity: Quantity, value: f64) -> String {
    let text = quantity.format(value);
    match value > 0.0 {
        true => format!("+{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let table = Table {
            header: vec!["model".into(), "PSNR, dB".into()],
            rows: vec![vec!["a|b".into(), "9.10".into()]],
        };
        assert_eq!(table.text(), "model  PSNR, dB\na|b        9.10\n");
        let markdown = "| model | PSNR, dB |\n|---|---:|\n| a\\|b | 9.10 |\n";
        assert_eq!(table.markdown(), markdown);
    }
}
