"""Analysis of variance of repeated measures."""
