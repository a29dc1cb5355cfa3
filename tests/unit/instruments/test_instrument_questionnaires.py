"""Questionnaires against worked examples of their published rules, and against plain loops."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_trial import derived, edges, refused, shown, tiny

from trialtrace.run.trial.model import ValueScale

QLQ = """
qlq: {kind: instrument, instrument: qlq_c30, code: Q, table: forms, items: {prefix: q},
      scales: all}
"""
NTX = """
ntx: {label: Symptoms, kind: instrument, instrument: fact_gog_ntx, code: NTX, table: forms,
      items: {prefix: n}, form: ntx_11, direction: higher_better}
"""
TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  forms: {of: raw2, key: [id], subject: id}
"""
SUMMARISED = ["pf", "rf", "ef", "cf", "sf", "fa", "nv", "pa", "dy", "sl", "ap", "co", "di"]


def answers(items: dict[int, int | None], last: int, prefix: str) -> str:
    """A form of one subject; an item that is not named is missing."""
    header = " ".join(f"{prefix}{item}:integer" for item in range(1, last + 1))
    cells = " ".join("." if items.get(i) is None else str(items[i]) for i in range(1, last + 1))
    return f"id {header}\na {cells}"


def scores(endpoints: str, form: str, folder: Path) -> dict[str, float | None]:
    trial = tiny(endpoints, trial=TABLES)
    found = shown(
        derived(trial, folder, patients="id rx\na 1", forms=form)["bds"], "PARAMCD", "AVAL"
    )
    return {code: value for _, code, value in found}


def qlq(items: dict[int, int | None], folder: Path) -> dict[str, float | None]:
    found = scores(QLQ, answers(items, 30, "q"), folder)
    return {code[1:].lower(): value for code, value in found.items()}


# Items of one patient and every score worked out by hand: for example physical functioning has
# 1, 2, 1, 1, 2, a raw score of 1.4, so (1 - 0.4 / 3) x 100.
WHOLE = dict(
    enumerate(
        [1, 2, 1, 1, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, 2, 3, 1, 1, 2, 3, 2, 2, 1, 1, 3, 5, 6],
        start=1,
    )
)
WORKED = {
    "ql": 75,
    "pf": 260 / 3,
    "rf": 200 / 3,
    "ef": 200 / 3,
    "cf": 250 / 3,
    "sf": 100,
    "fa": 100 / 3,
    "nv": 0,
    "pa": 50,
    "dy": 100 / 3,
    "sl": 200 / 3,
    "ap": 0,
    "co": 0,
    "di": 0,
    "fi": 200 / 3,
    "sum": 1020 / 13,
}


def test_a_whole_questionnaire(tmp_path):
    assert qlq(WHOLE, tmp_path) == pytest.approx(WORKED)


@pytest.mark.parametrize(
    ("items", "scale", "expected"),
    [
        ({1: 2, 2: 3, 3: 1}, "pf", 200 / 3),  # three of five
        ({1: 2, 2: 3}, "pf", None),  # two of five
        ({6: 3}, "rf", 100 / 3),  # one of two: exactly half
        ({21: 2, 22: 4}, "ef", 100 / 3),  # two of four: exactly half
        ({21: 2}, "ef", None),
        ({10: 2, 18: 3}, "fa", 50),  # two of three
        ({18: 3}, "fa", None),  # one of three
        ({30: 4}, "ql", 50),
        ({8: 1}, "dy", 0),
        ({8: 4}, "dy", 100),
        ({29: 1, 30: 1}, "ql", 0),
        ({29: 7, 30: 7}, "ql", 100),
    ],
)
def test_missing_items(items, scale, expected, tmp_path):
    found = qlq(items, tmp_path)
    assert found[scale] == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("item", [8, 11, 13, 16, 17])
def test_the_summary_needs_all_thirteen_scales(item, tmp_path):
    assert qlq(WHOLE | {item: None}, tmp_path)["sum"] is None


@pytest.mark.parametrize("item", [28, 29, 30])
def test_the_summary_needs_neither_global_health_nor_finances(item, tmp_path):
    assert qlq(WHOLE | {item: None}, tmp_path)["sum"] == pytest.approx(WORKED["sum"])


def by_the_manual(items: dict[int, int | None]) -> dict[str, float | None]:
    """The manual's formulas as plain loops."""
    scales = {
        "ql": [29, 30],
        "pf": [1, 2, 3, 4, 5],
        "rf": [6, 7],
        "ef": [21, 22, 23, 24],
        "cf": [20, 25],
        "sf": [26, 27],
        "fa": [10, 12, 18],
        "nv": [14, 15],
        "pa": [9, 19],
        "dy": [8],
        "sl": [11],
        "ap": [13],
        "co": [16],
        "di": [17],
        "fi": [28],
    }
    found: dict[str, float | None] = {}
    for name, numbers in scales.items():
        answered = [items[n] for n in numbers if items[n] is not None]
        if 2 * len(answered) < len(numbers):
            found[name] = None
            continue
        raw = sum(answered) / len(answered)
        share = (raw - 1) / (6 if name == "ql" else 3)
        found[name] = 100 * (1 - share) if name in ("pf", "rf", "ef", "cf", "sf") else 100 * share
    parts = [found[name] for name in SUMMARISED]
    turned = [p if i < 5 else 100 - p for i, p in enumerate(parts) if p is not None]
    found["sum"] = sum(turned) / 13 if len(turned) == 13 else None
    return found


ANSWERS = st.tuples(
    *[
        st.one_of(st.none(), st.integers(1, 4))
        if i < 28
        else st.one_of(st.none(), st.integers(1, 7))
        for i in range(30)
    ]
)


@settings(max_examples=25)
@given(ANSWERS, st.integers(1, 30))
def test_any_answers_and_one_more_missing_item(given_answers, lost):
    items = dict(enumerate(given_answers, start=1))
    fewer = items | {lost: None}
    with tempfile.TemporaryDirectory() as folder:
        before, after = qlq(items, Path(folder) / "a"), qlq(fewer, Path(folder) / "b")
    assert before == pytest.approx(by_the_manual(items))
    assert after == pytest.approx(by_the_manual(fewer))
    assert all(value is None or 0 <= value <= 100 for value in before.values())
    assert all(before[name] is not None for name, value in after.items() if value is not None)


@settings(max_examples=25)
@given(st.integers(1, 27), st.integers(1, 3))
def test_a_worse_answer_never_gives_a_better_score(item, answer):
    better = dict.fromkeys(range(1, 31), 2) | {item: answer}
    with tempfile.TemporaryDirectory() as folder:
        good = qlq(better, Path(folder) / "a")
        bad = qlq(better | {item: answer + 1}, Path(folder) / "b")
    for name in ("pf", "rf", "ef", "cf", "sf", "sum"):
        assert bad[name] <= good[name]
    for name in ("fa", "nv", "pa", "dy", "sl", "ap", "co", "di", "fi"):
        assert bad[name] >= good[name]
    assert sum(good[name] != bad[name] for name in good) == 2  # its scale and the summary


def test_the_neuropathy_subscale(tmp_path):
    def ntx(*items, name):
        form = answers(dict(enumerate(items, start=1)), 11, "n")
        return scores(NTX, form, tmp_path / name)["NTX"]

    assert ntx(*[0] * 11, name="a") == 44
    assert ntx(*[4] * 11, name="b") == 0
    assert ntx(*[1] * 11, name="c") == 33
    # Six of eleven: (4 + 3 + 2 + 1 + 0 + 0) / 6 x 11.
    assert ntx(0, 1, 2, 3, 4, 4, name="d") == pytest.approx(110 / 6)
    assert ntx(0, 1, 2, 3, 4, name="e") is None


@pytest.mark.parametrize(
    ("form", "direction", "expected", "end"),
    [
        ("ntx_4", "higher_better", 12, 16),
        ("ntx_4", "higher_worse", 4, 16),
        ("ntx_13", "higher_worse", 13, 52),
    ],
)
def test_form_and_direction_are_declared(form, direction, expected, end, tmp_path):
    endpoints = NTX.replace("ntx_11", form).replace("higher_better", direction)
    trial = tiny(endpoints, trial=TABLES)
    higher = direction.removeprefix("higher_")
    assert trial.endpoints["ntx"].scale == ValueScale("continuous", 0, end, higher)
    form = answers(dict.fromkeys(range(1, 14), 1), 13, "n")
    assert scores(endpoints, form, tmp_path)["NTX"] == expected


@pytest.mark.parametrize(("value", "count"), [("5", 1), ("0", 1), ("2.5", 1)])
def test_a_value_that_an_item_cannot_have_is_refused(value, count, tmp_path):
    form = answers(WHOLE, 30, "q").replace(":integer", ":number").splitlines()
    cells = form[1].split()
    cells[8] = value
    message = refused(
        tiny(QLQ, trial=TABLES),
        tmp_path,
        patients="id rx\na 1",
        forms=f"{form[0]}\n{' '.join(cells)}",
    )
    assert f"{count} values that the item cannot have" in message
    assert "column q8" in message and "whole numbers from 1 to 4" in message


def test_every_item_of_a_score_is_an_edge(tmp_path):
    trial = tiny(QLQ.replace("all", "[rf, ql, sum]"), trial=TABLES)
    form = answers(WHOLE | {6: None}, 30, "q")
    tables = derived(trial, tmp_path, patients="id rx\na 1", forms=form)
    assert list(trial.endpoints) == ["qlq_ql", "qlq_rf", "qlq_sum"]
    found = {}
    for _, number, table, row, column in edges(tables, "bds", "AVAL"):
        assert (table, row) == ("forms", 2)
        found.setdefault(number, set()).add(column)
    # An item that is missing belongs to the score too.
    summarised = {f"q{item}" for item in range(1, 28)}
    assert found == {1: {"q29", "q30"}, 2: {"q6", "q7"}, 3: summarised}


def test_an_entry_makes_named_endpoints_with_codes_and_labels():
    entry = QLQ.replace("scales: all", "scales: [pf, pa], labels: {pa: Pain}, label: QLQ-C30")
    made = tiny(entry).endpoints
    assert [(e.name, e.code, e.label, e.family, e.kind) for e in made.values()] == [
        ("qlq_pf", "QPF", "QLQ-C30: physical functioning", "qlq", "instrument"),
        ("qlq_pa", "QPA", "Pain", "qlq", "instrument"),
    ]


VISITS = QLQ.replace(
    "scales: all", 'scales: all, visit: {column: v, labels: {"1": x, "2": y}}, baseline: x'
)


@settings(max_examples=10)
@given(st.randoms(use_true_random=False))
def test_the_order_of_forms_does_not_matter(random):
    header = " ".join(f"q{item}:integer" for item in range(1, 31))
    rows = [
        f"{name} {visit} " + " ".join(str(1 + (i * visit + ord(name)) % 4) for i in range(30))
        for name in "abcd"
        for visit in (1, 2)
    ]
    found = []
    for forms in (rows, random.sample(rows, len(rows))):
        with tempfile.TemporaryDirectory() as folder:
            trial = tiny(VISITS, trial=TABLES)
            patients = "id rx\na 1\nb 0\nc 1\nd 0"
            table = "\n".join([f"id v {header}", *forms])
            bds = derived(trial, Path(folder), patients=patients, forms=table)["bds"]
            found.append(shown(bds, "PARAMCD", "AVISIT", "AVAL", "BASE", "CHG"))
    assert found[0] == found[1]
    assert all(row[3] is not None for row in found[0])
