"""Tables in several strata, and effects that differ between them."""
