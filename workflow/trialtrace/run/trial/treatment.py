"""Where the arm of a subject stands: in the table of the subjects, or in one of its own."""

from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.study.file import TableSpec
from trialtrace.run.trial.study.subjects import Origin


def arm_origin(trial: Trial) -> Origin | None:
    """The table and column of the subjects' arm; None where records alone have one."""
    if trial.subjects.arm:
        return Origin(trial.subjects.arm.table, trial.subjects.arm.column)
    own = trial.tables[trial.subjects.table].arm
    return Origin(trial.subjects.table, own) if own else None


def arm_columns(trial: Trial, spec: TableSpec) -> list[str]:
    """The columns of a table that hold an arm: of its rows, or of the subjects."""
    given = trial.subjects.arm
    return [
        *filter(None, [spec.arm]),
        *([given.column] if given and given.table == spec.name else []),
    ]
