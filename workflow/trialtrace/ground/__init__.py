"""What every room stands on: errors, paths, the store, tables and their contracts, words."""
