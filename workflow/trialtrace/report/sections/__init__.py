"""Sections of a trial's report."""
