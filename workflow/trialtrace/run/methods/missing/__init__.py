"""What could be behind a missing outcome."""
