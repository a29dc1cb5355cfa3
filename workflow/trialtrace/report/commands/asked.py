"""Whether the tables of a stage that runs where it is asked for are of the project as it stands."""

from typing import TYPE_CHECKING

from trialtrace.base.errors import UserError

if TYPE_CHECKING:
    from trialtrace.run.trial.load import Trial


def check_asked(trial: "Trial", stage: str, what: str, do: str) -> None:
    """Raise UserError where no run made the tables, where one is not as it was written, or where
    they are of other code, configuration or data. `what` they are of, `do` makes them."""
    from trialtrace.run.jobs.fresh import freshness
    from trialtrace.run.jobs.products import altered, edited, read_record, record_path

    at = trial.at
    record = read_record(at.made / record_path(stage, trial.name))
    if record is None:
        raise UserError(trial.name, f"has no run of its {what}", do=do)
    for files in record.outputs.values():
        for file in altered(at.made, files):
            raise UserError(edited(at.made, file, record.rule))
    if record.fresh != freshness(at).job(stage, trial.name):
        changed = f"code or configuration of its {what} changed since it ran"
        raise UserError(trial.name, changed, do=do)
