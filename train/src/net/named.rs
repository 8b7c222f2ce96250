//! Visits a generator's parameters under their names in checkpoints.

use burn::module::{Module, ModuleMapper, ModuleVisitor};

/// The container type passed to `burn`'s visitors, some of which need one.
const CONTAINER: &str = "Struct:Generator";

/// Visits a part's parameters under a name.
pub(super) fn visit<M: Module>(name: &str, part: &M, visitor: &mut impl ModuleVisitor) {
    visitor.enter_module(name, CONTAINER);
    part.visit(visitor);
    visitor.exit_module(name, CONTAINER);
}

/// Maps a part's parameters under a name.
pub(super) fn map<M: Module>(name: &str, part: M, mapper: &mut impl ModuleMapper) -> M {
    mapper.enter_module(name, CONTAINER);
    let part = part.map(mapper);
    mapper.exit_module(name, CONTAINER);
    part
}
