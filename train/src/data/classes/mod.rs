//! Which class of a model, or of several datasets together, a dataset's class is: by name, or by a table that the user
//! gives.

mod list;
mod map;
mod table;
mod tally;

pub(super) use self::{
    list::{ClassList, join},
    map::ClassMap,
    table::{PartClasses, lacking},
    tally::Tally,
};
pub use self::{table::ClassTable, tally::UnfitClass};
