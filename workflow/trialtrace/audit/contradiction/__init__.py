"""Printed numbers that cannot all hold: the fewest that contradict, and what would mend them."""
