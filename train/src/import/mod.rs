//! Imports generators that were trained with other software.

mod asap;
mod numbering;
mod pytorch;

pub use asap::{Imported, asap_net};
