"""Entries of endpoints.yaml that are scored by an instrument: a module each."""
