"""Checks on times to an event, rates and curves."""
