"""Steps of the plan about counts and times: what they are over must fit, and each other."""

from collections.abc import Mapping

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.schema import tell
from trialtrace.run.trial.context import NUMERIC, Files, known
from trialtrace.run.trial.plan.methods import RECURRENT
from trialtrace.run.trial.resolve import variables_of

DELTA_CT = "delta_ct"
AT_RISK, SAME = "time_at_risk", "same_for_all"


def check(files: Files, analysis: str, place: Path_, options: Mapping[str, object]) -> None:
    """Time at risk of intervals, and only of them; else a number of the subject, or the same."""
    given, place = options.get("exposure"), (*place, "exposure")
    if not isinstance(given, str):
        return
    for name in variables_of(files, analysis):
        kind = files.endpoint_kind(name)
        if kind and (kind in RECURRENT) is not (given == AT_RISK):
            files.plan.add(
                place,
                found=f"{tell(given)} of {name}, an endpoint of kind {kind}",
                expected=f"{AT_RISK} of an endpoint of kind recurrent_events, and only there",
            )
            return
    if given in (AT_RISK, SAME):
        return
    what = f"{SAME}, or a variable of subjects"
    if known(files.plan, place, given, files.subject_variables, what):
        variable = files.subject_variable(given)
        if variable is not None and variable.kind and variable.kind not in NUMERIC:
            files.plan.add(
                place, found=f"{given}, a column of {variable.kind}", expected="a column of number"
            )


def check_cycles(files: Files, analysis: str, place: Path_) -> None:
    """A ratio of expression is made of cycles (ΔCt), not of other values."""
    if "fold_change" not in place:
        return
    for name in variables_of(files, analysis):
        family = files.derived[name].family if name in files.derived else name
        instrument = files.endpoints.get(family, "instrument")
        if instrument not in (None, DELTA_CT):
            files.plan.add(
                place,
                found=f"{name}, which is no number of cycles",
                expected=f"an endpoint of the instrument {DELTA_CT}",
            )
            return


def check_times(files: Files, place: Path_, options: Mapping[str, object]) -> None:
    """A robust error needs scores of single subjects, which discrete ties do not have."""
    if options.get("ties") == "discrete" and options.get("variance", "model") != "model":
        files.plan.add(
            (*place, "variance"),
            found=f"{options['variance']} with ties: discrete",
            expected="model",
            do="or give ties: efron",
        )
