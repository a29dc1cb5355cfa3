"""Rehearsal: a trial's data read and judged by the code of the stages, before any of them runs."""
