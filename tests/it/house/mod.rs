//! The house: which room may lean on which, what no room may hold, and how large a thing may grow.

mod edges;
mod sizes;
