"""Drafts: what can be read out of files of which nobody has declared anything yet."""
