//! Generators that were trained elsewhere, as ours.

mod asap;
mod numbering;
mod pytorch;

pub use asap::{Imported, asap_net};
