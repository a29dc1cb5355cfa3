"""Measured values and ranks of one, two or paired samples."""
