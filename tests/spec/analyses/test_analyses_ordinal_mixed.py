"""Coefficients of the cumulative logit model with random intercepts, beside ordinal::clmm."""

import pytest

# Each patient: smokes or not, level on day 2, level on day 3.
HIGH = (
    "024 112 042 122 044 142 013 123 044 114 011 113 044 113 033 121 044 142 034 133 044 133 034 "
    "112 044 144 044 114 044 144"
)
SHAM = (
    "033 112 044 124 031 112 024 121 044 112 044 134 013 144 011 121 033 123 021 143 012 143 014 "
    "112 042 121 013 112 022 142"
)
PLAN = """
estimands:
  pain: {treatment: {of: high, to: sham}, population: itt, variable: pain, intercurrent: [], summary: s}
analyses:
  grades:
    label: Grades
    role: primary
    estimand: pain
    visits: [day 2, day 3]
    estimates:
      - {odds_ratio: {method: ordinal_mixed, covariates: [smoker], nodes: 40, coefficients: COEFFICIENTS}}
"""  # noqa: E501
# R 4.2, ordinal::clmm(y ~ visit * arm + smoker + (1 | id), nAGQ = 40): estimate, standard error, p.
BY_R = {
    "@all;term=threshold=1": (-1.689824435, 0.564525870, 0.00275931635),
    "@all;term=threshold=2": (-0.213534594, 0.521829708, 0.68239025416),
    "@all;term=threshold=3": (0.957807852, 0.529067211, 0.07023829802),
    "@all;term=visit=day_3": (0.493818371, 0.502564140, 0.32580547448),
    "@high-sham;term=arm": (0.886988016, 0.629455188, 0.15879493388),
    "@all;term=smoker=Yes": (-1.205763892, 0.521382333, 0.02074304694),
    "@high-sham;term=arm_visit=day_3": (0.431430624, 0.732713468, 0.55598726570),
}


@pytest.mark.parametrize("asked", ["all", "arms"])
def test_coefficients_are_those_of_clmm(trial, asked: str):
    for arm, patients in (("high", HIGH), ("sham", SHAM)):
        for smoker, *levels in patients.split():
            given = {"smoker": ("No", "Yes")[int(smoker)]}
            trial.visits(arm, (None, *map(float, levels)), **given)
    found = trial.results(PLAN.replace("COEFFICIENTS", asked))
    told = {
        name.removeprefix("grades/coefficient.ordinal_mixed"): row["stat_value"]
        for name, row in found.items()
        if name.startswith("grades/coefficient")
    }
    wanted = {at: by_r for at, by_r in BY_R.items() if asked == "all" or "@high" in at}
    assert told == pytest.approx({at: each[0] for at, each in wanted.items()}, rel=2e-4)
    for at, (_, error, p) in wanted.items():
        of = [
            found[f"grades/{stat}.ordinal_mixed{at}"]
            for stat in ("standard_error", "p_coefficient")
        ]
        assert [row["stat_value"] for row in of] == pytest.approx([error, p], rel=1e-3)
