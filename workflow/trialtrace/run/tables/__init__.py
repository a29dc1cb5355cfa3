"""Tables: their contracts, frames, conditions on rows, and their canonical form."""
