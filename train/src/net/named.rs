//! The names of a generator's parameters in checkpoints.

use burn::module::{Module, ModuleMapper, ModuleVisitor};

/// How `burn` names what holds the parts, which some of its visitors ask for.
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
