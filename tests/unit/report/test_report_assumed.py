"""What a cohort was drawn from is told in words, whatever its kind."""

import json

import pytest

from trialtrace.report.sections.assumed import sentence


def rows(*given):
    """(what, value) or (what, value, group), as the truth manifest holds them."""
    made = []
    for what, value, *group in given:
        plain = isinstance(value, int | float | str) and not isinstance(value, bool)
        made.append(
            {
                "what": what,
                "value": value if plain else json.dumps(value),
                "group": group[0] if group else "",
            }
        )
    return made


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([("choice.of", {"a_b": 0.25, "c": 0.75})], "drawn: a b: 25 %, c: 75 %"),
        (
            [
                (
                    "rule.cases",
                    [
                        {"is": 12, "when": {"drug": {"is": "x"}}},
                        {"is": {"column": "lower_dose"}, "when": {"cut": {"at_least": 2}}},
                    ],
                ),
                ("rule.otherwise", 8),
            ],
            "12 where drug = x; lower dose where cut ≥ 2; else 8",
        ),
        (
            [("rule.cases", [{"is": "m", "when": {"man": {"is": "yes"}}}])],
            "m where man = yes; else missing",
        ),
        (
            [
                ("normal.mean", 49),
                ("normal.sd", 15),
                ("limits.from", 18),
                ("limits.below", 90),
                ("step", 1),
                ("where", {"seen": "present"}),
            ],
            "normal, mean 49, SD 15; at least 18; below 90; in steps of 1; only where seen is "
            "present",
        ),
        (
            [
                ("normal.mean", -1.5, "arm = x"),
                ("normal.mean", 2, "arm = y"),
                ("normal.sd", 1),
                ("loads.health", -0.5),
                ("correlation", {"exchangeable": 0.4}),
            ],
            "normal, mean −1.5 (arm = x), 2 (arm = y), SD 1; loading −0.5 on health; correlation "
            "0.4 "
            "of the rows of one parent",
        ),
        ([("share", 0.41)], "probability 0.41"),
        (
            [("share", {"by": "visit", "is": {"week_12": 0.9}, "otherwise": 0.8})],
            "probability 0.9 (visit week 12), 0.8 (else)",
        ),
        (
            [("date.between", ["2014-05-12", "2020-11-13"]), ("date.ordered", True)],
            "a day from 2014-05-12 to 2020-11-13, ascending with the rows",
        ),
        (
            [("date.from", "start_on"), ("date.days", "given_day")],
            "start on plus given day, in days",
        ),
        ([("linear.constant", -1), ("linear.terms", {"a": -1, "b": 0.5})], "−a + 0.5 × b − 1"),
        (
            [
                ("product.of", ["dose", "share"]),
                ("product.divided_by", ["weight"]),
                ("product.times", 0.75),
            ],
            "dose × share × 0.75 / weight",
        ),
        (
            [
                ("gather.level", "cycles"),
                ("gather.of", "day"),
                ("gather.statistic", "max"),
                ("gather.where", {"stopped": {"is": "no"}}),
            ],
            "highest of day over the cycles where stopped = no",
        ),
        ([("gather.level", "cycles"), ("gather.statistic", "count")], "number of cycles"),
        (
            [("bands.of", "age"), ("bands.up_to", [40, 60]), ("bands.values", [4.5, 4, 3])],
            "by age: 4.5 up to 40, 4 up to 60, else 3",
        ),
        (
            [("ordinal.from", 1), ("ordinal.probabilities", [0.6, 0.4]), ("ordinal.shift", 0.3)],
            "whole numbers from 1 with probabilities 0.6, 0.4, latent score shifted by 0.3",
        ),
        (
            [("pattern.yes", {"at_least": 2}), ("pattern.unknown", {"missing": ["nerve"]})],
            "where yes: at least 2 of the parts; where unknown: missing: nerve",
        ),
        ([("spread.total", 7)], "spread total 7"),
    ],
)
def test_each_kind_in_words(given, told):
    assert sentence(rows(*given), str) == told
