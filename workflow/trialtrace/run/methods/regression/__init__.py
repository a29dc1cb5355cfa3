"""Regression models of events, values and grades."""
