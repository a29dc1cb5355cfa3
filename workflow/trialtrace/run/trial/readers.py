"""Which module makes the objects of a file: a job has the code of the files that it reads alone."""

READERS = {
    "cleaning.yaml": "trialtrace.run.trial.cleaning",
    "cohort.yaml": "trialtrace.run.trial.cohort.file",
    "plan.yaml": "trialtrace.run.trial.plan.build",
}
