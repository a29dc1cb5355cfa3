"""Which module makes the objects of a file: a job has the code of the files that it reads alone."""

READERS = {
    "cleaning.yaml": "trialtrace.trial.cleaning",
    "cohort.yaml": "trialtrace.trial.cohort.file",
    "plan.yaml": "trialtrace.trial.plan.build",
}
