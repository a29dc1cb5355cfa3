"""The audit on print alone: the verdict on each number, their tally and text."""
