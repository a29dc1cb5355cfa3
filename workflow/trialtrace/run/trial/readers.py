"""Which module makes the objects of a file: a job has the code of the files that it reads alone."""

READERS = {
    "cleaning.yaml": "trialtrace.run.trial.cleaning",
    "plan.yaml": "trialtrace.run.trial.plan.build",
}
