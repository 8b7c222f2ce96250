//! One page that shows how a run goes: its numbers, its loss curves and its sheets of samples.

mod chart;
mod curves;
mod page;
mod run;
mod sheets;

pub use page::page;
pub use run::{Run, Summary};
