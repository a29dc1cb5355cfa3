"""Re-randomisation tests."""
