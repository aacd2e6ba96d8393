//! Where a sealed value lives.

use std::fmt::Display;

/// The cell, table, column and row of a sealed value, as associated data.
///
/// Each part is preceded by its length, so no two places share an encoding whatever characters their parts contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// Names a place; `row` is the primary key in whatever textual form the caller always uses.
    pub fn new(cell: &str, table: &str, column: &str, row: impl Display) -> Self {
        let row = row.to_string();
        let mut bytes = Vec::with_capacity(4 * 8 + cell.len() + table.len() + column.len() + row.len());
        for part in [cell, table, column, &row] {
            bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(bytes)
    }

    /// The associated data of one use of a key at this place.
    pub(super) fn associated_data(&self, usage: &[u8]) -> Vec<u8> {
        [usage, &self.0].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn different_places_encode_differently(left in parts(), right in parts()) {
            let same = left == right;
            prop_assert_eq!(place(&left) == place(&right), same);
        }
    }

    #[test]
    fn a_moved_boundary_is_another_place() {
        assert_ne!(Place::new("a", "bc", "d", "e"), Place::new("ab", "c", "d", "e"));
        assert_ne!(Place::new("a|b", "c", "d", "e"), Place::new("a", "b|c", "d", "e"));
    }

    fn parts() -> impl Strategy<Value = [String; 4]> {
        ["[ab|]{0,3}", "[ab|]{0,3}", "[ab|]{0,2}", "[ab|]{0,2}"]
    }

    fn place(parts: &[String; 4]) -> Place {
        Place::new(&parts[0], &parts[1], &parts[2], &parts[3])
    }
}
