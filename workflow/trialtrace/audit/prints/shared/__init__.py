"""What several checks on print need; nothing here is a check."""
