"""Derives the analysis data sets (ADSL, BDS, ADTTE, OCCDS) and their sources from clean tables."""
