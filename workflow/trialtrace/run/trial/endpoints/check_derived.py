"""Columns of the derived data as a plan may use them: in conditions, as levels, in the baseline."""

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.files import read_document
from trialtrace.base.config.references import NUMERIC
from trialtrace.run.tables.contracts import ADSL, ADTTE, BDS, DATE, INTEGER, NUMBER
from trialtrace.run.trial.context import Files, told_kind
from trialtrace.run.trial.model import Variable, adsl_code
from trialtrace.run.trial.plan.methods import DATASETS
from trialtrace.run.trial.settings import LIFT, RESTRICTED

KINDS = {NUMBER: "number", INTEGER: "integer", DATE: "date"}
OWN = ("sex", "site")


def columns_of_analysis(files: Files, kind: str) -> dict[str, Variable] | None:
    """The columns beside the records of an endpoint of this kind; None where one is not sound."""
    if files.subject_variables is None or not files.trial.sound("populations"):
        return None
    records = ADTTE if DATASETS.get(kind) == "adtte" else BDS
    made = {
        c.name: _column(c.name, KINDS.get(c.kind, "text"))
        for c in (*ADSL.columns, *records.columns)
    }
    arms = files.trial.get("design", "arms") or {}
    made["TRT01P"] = made["TRTP"] = _column("TRTP", "text", list(arms))
    made["ARM"] = _column("ARM", "text", [arm["label"] for arm in arms.values()])
    for name in files.subject_variables:
        if name not in ("age", "sex"):
            code = adsl_code(name)
            made[code] = _of_subjects(files, name, code)
    for _, given in files.trial.entries("populations"):
        made[given["flag"]] = _column(given["flag"], "text", ["Y", "N"])
    return made


def _column(name: str, kind: str, values: list[str] | None = None) -> Variable:
    choices = dict.fromkeys(values or (), "")
    return Variable(name, "", kind, name, choices)


def _of_subjects(files: Files, name: str, code: str) -> Variable:
    """In ADSL a code has become its label; what is not known has no kind."""
    variable = files.subject_variable(name)
    if variable is None:
        return _column(code, "")
    if variable.choices:
        return _column(code, "text", list(variable.choices.values()))
    return _column(code, variable.kind)


def check_levels(files: Files, place: Path_, name: str) -> None:
    """A variable whose levels are shown: a closed list, or a number or text of public data.

    Each value of a number or of a free text would be a level, named in reports and messages.
    """
    variable = files.subject_variable(name)
    if name in OWN or variable is None or variable.choices or not variable.kind:
        return
    hidden = restricted(files)
    if variable.kind == "date" or hidden:
        # A date is no level under any disclosure.
        lifted = hidden and variable.kind != "date"
        files.plan.add(
            place,
            f"{name}, a column of {told_kind(variable)} without choices, "
            "whose every value would be shown as a level" + f", while {RESTRICTED}" * lifted,
            "sex, site, or a variable with choices in dictionary.csv",
            do=f"list the values of {name} as choices if they are few, or take groups of it"
            + f", {LIFT}" * lifted,
        )


def check_baseline(files: Files, place: Path_, name: str) -> None:
    """A number is described by its mean, anything else by its levels."""
    variable = files.subject_variable(name)
    if variable is not None and variable.kind not in NUMERIC:
        check_levels(files, place, name)


def restricted(files: Files) -> bool:
    """Whether reports of this trial may show no value of its data."""
    data = read_document(files.at, files.at.config / "config.yaml", "config").get("disclosure")
    return data != "full" and files.trial.get("source", "kind") == "files"
