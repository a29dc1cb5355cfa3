"""From a plan entry to rows of results: choose the rows, call `stats`, record what was used."""
