"""Whatever a person tells `new`: it says no at once, or writes what `check` accepts, with data."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_exports import long, wide, write

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.design import KINDS as DESIGNS
from trialtrace.run.drafting.new import new
from trialtrace.run.drafting.outcomes import KINDS
from trialtrace.run.drafting.profile import SOURCE_ROW
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.rehearsal.data import rehearse
from trialtrace.run.trial.load import load_trial


def eyes() -> list[str]:
    rows = [
        f"{100 * n + n % 7},{30 + n * 3 % 50},{('drug', 'placebo')[n * 5 % 7 % 2]},{side},{n % 9}.5"
        for n in range(30)
        for side in ("left", "right")
    ]
    return ["hospnum,age,treatment,eye,iop", *rows]


def parameters() -> list[str]:
    rows = [
        f"U{n},{('drug', 'placebo')[n % 2]},{code},{week},{60 + n * week % 40}"
        for n in range(30)
        for code in ("SBP", "DBP")
        for week in (0, 4, 8)
    ]
    return ["USUBJID,TRT01P,PARAMCD,AVISITN,AVAL", *rows]


def practices() -> list[str]:
    rows = [
        f"{n},P{n % 40},{('drug', 'placebo')[n % 2]},{40 + n % 30},{1 + n * 7 % 99},{n * 5 % 7 % 2}"
        for n in range(120)
    ]
    return ["id,practice,arm,age,time,status", *rows]


def periods() -> list[str]:
    rows = [
        f"{n},{period},{'AB'[(n + period) % 2]},{('AB', 'BA')[n % 2]},{20 + n},{n * period % 9}.5"
        for n in range(30)
        for period in (1, 2)
    ]
    return ["pid,period,treatment,sequence,age,pain", *rows]


EXPORTS = {
    one.__name__: one() for one in (wide, long, eyes, parameters, practices, periods)
}  # fmt: skip
COLUMNS = ("subject", "visit", "arm", "cluster", "primary", "status", "covariates", "secondary")


@st.composite
def tellings(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """An export, and some flags with columns of it, whatever they are."""
    export = draw(st.sampled_from(sorted(EXPORTS)))
    column = st.sampled_from(EXPORTS[export][0].split(","))
    told = dict.fromkeys(draw(st.sets(st.sampled_from(COLUMNS), max_size=3)), column)
    told |= {
        flag: st.sampled_from(words)
        for flag, words in (("kind", KINDS), ("design", DESIGNS), ("subject", [SOURCE_ROW]))
        if draw(st.integers(0, 5)) == 0
    }
    return export, {flag: draw(words) for flag, words in told.items()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tellings())
def test_what_is_written_is_accepted(at: Project, telling: tuple[str, dict[str, str]]):
    export, told = telling
    path = at.root / f"{export}.csv"
    write(path, EXPORTS[export])
    shutil.rmtree(at.trial_config("mine"), ignore_errors=True)
    try:
        new(at, "mine", [str(path)], told, first_choice)
    except UserError as error:
        assert "a fault of trialtrace" not in str(error), told
        return
    assert rehearse(load_trial("mine", at)).problems == [], told


@pytest.mark.parametrize(
    ("export", "told", "words"),
    [
        (eyes, {"subject": "iop"}, "--subject\n  found     iop, numbers or texts"),
        (long, {"visit": "treatment"}, "--visit\n  found     treatment, of which patients"),
        (wide, {"arm": "pid", "subject": "pid"}, "--arm\n  found     pid, the column of the pat"),
        (parameters, {"secondary": "PARAMCD"}, "PARAMCD, the column of the parameters"),
        (long, {"primary": "week", "visit": "week"}, "--primary\n  found     week, the visit"),
        (wide, {"primary": "status", "kind": "measure"}, "status, 2 values"),
        (long, {"primary": "pain", "status": "relief"}, "--primary\n  found     pain"),
        (
            wide,
            {"primary": "time", "status": "status", "kind": "event"},
            "status, and --kind event",
        ),
        (periods, {"primary": "period", "kind": "count"}, "a number, or yes or no, of each treat"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_written(
    at: Project, tmp_path: Path, export, told: dict[str, str], words: str
):
    write(tmp_path / "t.csv", export())
    with pytest.raises(UserError) as error:
        new(at, "mine", [str(tmp_path / "t.csv")], told, first_choice)
    assert words in str(error.value) and not at.trial_config("mine").exists()


def test_words_of_levels_and_columns_that_no_label_takes(at: Project, call):
    rows = [
        f"p{n},{arm},{n * 7 % 19 + place}"
        for n in range(20)
        for place, arm in enumerate(("wet/hot", "wet/cold", "dry"))
    ]
    write(at.root / "data" / "within.csv", ["person,condition,score", *rows])
    told = ("--arm", "condition", "--control", "dry")
    assert call("new", "mine", at.root / "data" / "within.csv", *told, "--yes") == 0
    rows = [f"{50 + n % 7},{55 + n % 9},{('Control', 'Yoga')[n % 2]}" for n in range(40)]
    write(at.root / "data" / "pairs.csv", ["Pretest,Posttest,Group", *rows])
    assert call("new", "pairs", at.root / "data" / "pairs.csv", "--yes") == 0
    assert load_trial("pairs", at).endpoints["posttest"].label == "Posttest"
