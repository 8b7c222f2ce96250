//! Pages for people: how a run goes, and what an evaluation says.

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
