"""Verification: whether reports, pages and tables are what a run wrote."""
