//! The shapes of a graph's values for one size of its inputs. A tensor's size must follow from shapes and constants,
//! never from the numbers of a picture.

pub(super) mod arrange;
mod call;
pub(super) mod elementwise;
pub(super) mod products;
pub(super) mod reduce;
pub(super) mod windows;

pub(super) use call::{Call, Outcome};
