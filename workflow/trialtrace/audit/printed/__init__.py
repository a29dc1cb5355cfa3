"""One printed number: its expression, what agrees with it, and the words it is told in."""
