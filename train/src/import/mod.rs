//! Generators that were trained elsewhere, as ours.

mod asap;
mod layout;
mod pytorch;

pub use asap::{Imported, asap_net};
