"""What other numbers give in place of a published one, over all values that print so."""
