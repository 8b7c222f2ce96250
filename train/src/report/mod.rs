//! HTML reports of runs and evaluations.

mod chart;
mod curves;
mod document;
mod evaluation;
mod page;
mod run;
mod sheets;

pub use evaluation::{evaluation_markdown, evaluation_page};
pub use page::page;
pub use run::{Run, Summary};
