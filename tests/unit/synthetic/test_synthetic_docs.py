"""The cohort in docs/synthetic.md is drawn as it stands there."""

import re
from collections import Counter

import numpy as np
from example_cohort import cohort_of
from mini_trial import REPOSITORY
from test_cohort_check import problems

from trialtrace.run.synthetic.draw import draw_cohort
from trialtrace.run.synthetic.quantities import KINDS
from trialtrace.run.trial.cohort.quantities.registry import MODULES, shape_of

PAGE = (REPOSITORY / "docs" / "synthetic.md").read_text(encoding="utf-8")
COHORT = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]


def test_its_cohort_is_checked_and_drawn(tmp_path):
    arms = {"drug": {}, "placebo": {}}
    assert "\n".join(map(str, problems(tmp_path, COHORT, arms))) == ""
    drawn = draw_cohort(cohort_of(tmp_path, COHORT), "docs", mode="display", seed=1)
    patients = drawn.levels["patients"]
    arm = np.array(patients.view("arm").to_pylist())
    age = patients.view("age").to_numpy()
    for name, mean, sd in (("drug", 61.2, 9.4), ("placebo", 58.9, 10.1)):
        assert abs(age[arm == name].mean() - mean) <= 0.05
        assert abs(age[arm == name].std(ddof=1) - sd) <= 0.05
    assert Counter(patients.view("redness").to_pylist()) == {"yes": 9, "no": 26, None: 5}
    rash = Counter(zip(arm, patients.view("rash").to_pylist(), strict=True))
    assert (rash["drug", "yes"], rash["drug", "no"]) == (4, 14)
    assert (rash["placebo", "yes"], rash["placebo", "no"]) == (8, 9)


def test_every_kind_is_declared_and_drawn_under_one_name():
    assert list(MODULES) == list(KINDS)
    assert [shape_of(kind).kind for kind in MODULES] == list(MODULES)
    named = [(MODULES[kind].rsplit(".")[-1], KINDS[kind].rsplit(".")[-1]) for kind in MODULES]
    assert [pair for pair in named if pair[0] != pair[1]] == []


def test_every_kind_is_told():
    table = PAGE[PAGE.index("| kind |") : PAGE.index("`where` says")]
    assert set(MODULES) == set(
        re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE)))
    ) - {"kind"}
