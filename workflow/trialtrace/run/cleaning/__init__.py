"""Cleaning: raw text becomes typed values; what does not fit is listed, never lost."""
