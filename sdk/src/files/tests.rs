//! Round trips of every format, and files that are wrong in every way we know of.
