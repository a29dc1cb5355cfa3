"""What had happened by several days, in a column each: endpoints of their own, beside what was
measured at several visits."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile

DRAW = random.Random(13)
LOTS = [DRAW.choice(["placebo", "drug"]) for _ in range(120)]
DAYS = [DRAW.choice([9999, DRAW.randint(1, 120)]) for _ in LOTS]
FREE = [(DRAW.choice([0, 28, DRAW.randint(1, 27)]), DRAW.choice([0, 90, 45])) for _ in LOTS]


def drafted(
    folder: Path, names: str, row: Callable[[int], tuple[object, ...]], primary: str
) -> Draft:
    rows = [
        f"{n},{lot},{DRAW.randint(20, 80)},{DRAW.randint(0, 20)},{','.join(map(str, row(n)))}"
        for n, lot in enumerate(LOTS)
    ]
    write(folder / "t.csv", [f"id,arm,age,sofa,{names}", *rows])
    return decide(profile([str(folder / "t.csv")]), {"primary": primary}, first_choice)


def by(n: int) -> tuple[int, int]:
    return int(DAYS[n] <= 28), int(DAYS[n] <= 90)


@pytest.mark.parametrize(
    ("names", "row"),
    [
        ("mort_28,mort_90", by),
        ("death28d,death90d", by),
        ("alive_28,alive_90", lambda n: tuple(1 - one for one in by(n))),
        ("relapse_28d,relapse_90d", by),
        ("surv28,surv90", lambda n: (min(DAYS[n], 28), min(DAYS[n], 90))),
        ("daysfree_28,daysfree_90", lambda n: FREE[n]),
    ],
)
def test_what_had_happened_by_a_day_is_an_endpoint_of_its_own(
    tmp_path: Path, names: str, row: Callable[[int], tuple[object, ...]]
):
    first, second = names.split(",")
    draft = drafted(tmp_path, names, row, first)
    assert (draft.primary.column, draft.primary.kind) in [(first, "event"), (first, "measure")]
    assert all(not one.columns for one in draft.others)
    assert second not in people(draft).variables
    assert "before" not in {one.name for one in draft.guesses}


@pytest.mark.parametrize(
    ("names", "row"),
    [
        ("score_28,score_90", lambda _: (DRAW.randint(0, 40), DRAW.randint(0, 40))),
        ("abstinent_28,abstinent_90", lambda _: (DRAW.randint(0, 1), DRAW.randint(0, 1))),
        # Few who had it at first, and all of them later too, by chance.
        ("clear_28,clear_90", lambda n: (int(n < 8), int(n < 8 or n % 2))),
    ],
)
def test_what_was_measured_at_visits_is_one_outcome(
    tmp_path: Path, names: str, row: Callable[[int], tuple[object, ...]]
):
    pattern = names.split(",")[0].replace("28", "{visit}")
    assert len(drafted(tmp_path, names, row, pattern).primary.columns) == 2
