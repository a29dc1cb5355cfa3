"""Steps of the plan within subjects, adjusted, or over several endpoints: what they name."""

from typing import Any

from trialtrace.config import methods
from trialtrace.config.checks.context import Files, known
from trialtrace.config.checks.resolve import variables_of
from trialtrace.config.compose import Path_
from trialtrace.errors import one_of

BASELINE, TREATED_SIDE = "baseline", "treated_side"


def check(files: Files, name: str, place: Path_, method: str, options: dict[str, Any]) -> None:
    _design(files, place, method)
    for position, one in enumerate(options.get("covariates", ())):
        here = (*place, "covariates", position)
        _covariate(files, name, here, one, within=method in methods.WITHIN_SUBJECTS)
    _one_treatment(files, place, options)


def _design(files: Files, place: Path_, method: str) -> None:
    """Two treatments of one subject are compared within subjects, arms between them."""
    kind = files.trial.get("design", "kind")
    if kind is None:
        return
    own = kind in methods.OWN_TREATMENT
    if method in (methods.BETWEEN_SUBJECTS if own else methods.WITHIN_SUBJECTS):
        chosen = methods.WITHIN_SUBJECTS if own else methods.BETWEEN_SUBJECTS
        files.plan.add(
            place,
            found=f"{method}, while the design is {kind}",
            expected=f"a comparison {'within' if own else 'between'} subjects: {one_of(chosen)}",
        )


def _covariate(files: Files, name: str, place: Path_, covariate: str, *, within: bool) -> None:
    """What was known before randomisation: the baseline, or a variable of the subjects."""
    document = files.plan
    if covariate == BASELINE:
        for variable in variables_of(files, name):
            endpoint = files.derived.get(variable)
            if endpoint and "baseline" not in endpoint.options:
                document.add(
                    place,
                    found=f"the baseline of {variable}, which has none",
                    expected="an endpoint with `baseline`",
                )
        return
    if within and covariate == TREATED_SIDE:
        return
    if covariate in (files.endpoint_names or ()):
        document.add(
            place,
            found=f"{covariate}, an endpoint, which may be measured after randomisation",
            expected=f"{BASELINE}, or a variable of subjects",
            do="adjusting for what the treatment may have changed biases its effect",
        )
    else:
        known(document, place, covariate, files.subject_variables, "a variable of subjects")


def _one_treatment(files: Files, place: Path_, options: dict[str, Any]) -> None:
    """`treatment` goes with a design of the visits under one treatment, and only with it."""
    document, wanted = files.plan, options.get("design") == "visits"
    if "design" not in options or wanted == ("treatment" in options):
        if "treatment" in options:
            what = "an arm of trial.yaml"
            known(document, (*place, "treatment"), options["treatment"], files.arms, what)
        return
    document.add(
        place,
        found="no treatment" if wanted else "a treatment",
        expected="treatment: the one whose visits are analysed" if wanted else "no treatment",
    )
