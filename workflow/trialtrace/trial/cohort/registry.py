"""Which module reads a cohort: a trial whose source is another one has no code of cohorts."""

READERS = {"synthetic": "trialtrace.trial.cohort.file"}
