"""Findings and composites: worked examples by hand, and the rules for what is missing."""

import itertools

import numpy as np
import pytest
from tiny_trial import derived, edges, refused, shown, tiny

from trialtrace.run.endpoints.truth import at_least, decided_sooner, ever, rule

PATIENTS = """
id rx f0:number f1:number f2:number n0:number n1:number n2:number r0:integer r1:integer r2:integer
a 1 6 3 6 40 40 40 2 0 2
b 1 6 3 3 40 36 40 2 2 2
c 0 3 3 3 40 30 30 2 0 0
d 0 . 3 3 40 40 40 2 2 2
e 1 6 . 3 40 . 35 2 2 0
"""
ENDPOINTS = """
fork: {label: Fork, code: FORK, kind: repeated, table: patients,
       visits: {f0: base, f1: mid, f2: end}, baseline: base}
ntx: {label: Ntx, code: NTX, kind: repeated, table: patients,
      visits: {n0: base, n1: mid, n2: end}, baseline: base}
reflex: {label: Reflex, code: REF, kind: repeated, table: patients,
         visits: {r0: base, r1: mid, r2: end}, baseline: base}
no_fork: {label: F, code: NFORK, kind: finding, of: fork, abnormal: {below: 4}, new: true}
no_reflex: {label: R, code: NREF, kind: finding, of: reflex, abnormal: {at_most: 1}, new: true}
worse: {label: W, code: WORSE, kind: finding, of: ntx, value: change, abnormal: {at_most: -4}}
cipn:
  label: CIPN
  code: CIPN
  kind: composite_event
  findings: [no_fork, no_reflex]
  scores: {drop: {of: ntx, value: change}}
  event: {any: [{findings: {at_least: 2}}, {findings: {at_least: 1}, drop: {at_most: -4}}]}
  missing: undecided
  counted: at_visit
"""


def by_code(table, code, *columns):
    rows = shown(table, "PARAMCD", *columns)
    return [(row[0], *row[2:]) for row in rows if row[1] == code]


def test_a_new_finding_was_absent_at_the_baseline(tmp_path):
    tables = derived(tiny(ENDPOINTS), tmp_path, patients=PATIENTS)
    found = by_code(tables["bds"], "NFORK", "AVISIT", "AVAL", "AVALC")
    assert found == [
        ("a", "mid", 1, "Y"),
        ("a", "end", 0, "N"),
        ("b", "mid", 1, "Y"),
        ("b", "end", 1, "Y"),
        ("c", "mid", 0, "N"),
        ("c", "end", 0, "N"),  # abnormal before the start
        ("d", "mid", None, None),
        ("d", "end", None, None),  # baseline missing
        ("e", "mid", None, None),
        ("e", "end", 1, "Y"),
    ]


def test_the_rule_by_hand(tmp_path):
    """a: mid two findings. b: mid one finding and -4; end one finding without symptoms. c: mid one
    finding (reflex) and -10, also at the end. d: mid fork unknown, reflex absent, no symptoms: one
    more finding would not make two, nor would it come with symptoms. e: mid fork unknown, reflex
    absent, symptoms unknown: undecided; end two findings.
    """
    tables = derived(tiny(ENDPOINTS), tmp_path, patients=PATIENTS)
    assert by_code(tables["bds"], "CIPN", "AVISIT", "AVAL", "GROUNDS") == [
        ("a", "mid", 1, "present: no_fork, no_reflex"),
        ("a", "end", 0, None),
        ("b", "mid", 1, "present: no_fork, drop"),
        ("b", "end", 0, "present: no_fork"),
        ("c", "mid", 1, "present: no_reflex, drop"),
        ("c", "end", 1, "present: no_reflex, drop"),
        ("d", "mid", 0, "unknown: no_fork"),
        ("d", "end", 0, "unknown: no_fork"),
        ("e", "mid", None, "unknown: no_fork, drop"),
        ("e", "end", 1, "present: no_fork, no_reflex, drop"),
    ]


@pytest.mark.parametrize(
    "missing, e_mid, d_mid",
    [
        ("undecided", None, 0),
        ("any_missing", None, None),
        ("any_finding", None, None),
        ("measured", 0, 0),
    ],
)
def test_rules_for_what_is_missing(tmp_path, missing, e_mid, d_mid):
    text = ENDPOINTS.replace("missing: undecided", f"missing: {missing}")
    tables = derived(tiny(text), tmp_path, patients=PATIENTS)
    found = {row[:2]: row[2] for row in by_code(tables["bds"], "CIPN", "AVISIT", "AVAL")}
    assert (found["e", "mid"], found["d", "mid"], found["a", "mid"]) == (e_mid, d_mid, 1)


def test_up_to_a_visit_and_ever(tmp_path):
    text = ENDPOINTS.replace("counted: at_visit", "counted: by_visit\n  missing_visits: undecided")
    tables = derived(tiny(text), tmp_path / "by", patients=PATIENTS)
    found = by_code(tables["bds"], "CIPN", "AVISIT", "AVAL", "GROUNDS")
    assert found[1] == ("a", "end", 1, "mid: present: no_fork, no_reflex")
    assert found[8:] == [
        ("e", "mid", None, "mid: unknown: no_fork, drop"),
        ("e", "end", 1, "end: present: no_fork, no_reflex, drop"),
    ]
    text = text.replace("by_visit", "ever")
    tables = derived(tiny(text), tmp_path / "ever", patients=PATIENTS)
    assert by_code(tables["bds"], "CIPN", "AVISIT", "AVAL") == [
        ("a", None, 1),
        ("b", None, 1),
        ("c", None, 1),
        ("d", None, 0),
        ("e", None, 1),
    ]


def test_the_trace_reaches_the_raw_cells_of_every_part(tmp_path):
    tables = derived(tiny(ENDPOINTS), tmp_path, patients=PATIENTS)
    (number,) = [
        row[2]
        for row in shown(tables["bds"], "AVISIT", "ASEQ", "PARAMCD")
        if row[0] == "a" and row[1] == "mid" and row[3] == "CIPN"
    ]
    found = [edge[3:] for edge in edges(tables, "bds", "AVAL") if edge[:2] == ("a", number)]
    assert found == [(2, "f0"), (2, "f1"), (2, "n0"), (2, "n1"), (2, "r0"), (2, "r1")]


def test_ever_is_traced_to_all_its_visits(tmp_path):
    text = ENDPOINTS.replace("counted: at_visit", "counted: ever\n  missing_visits: undecided")
    tables = derived(tiny(text), tmp_path, patients=PATIENTS)
    (number,) = [
        row[1]
        for row in shown(tables["bds"], "ASEQ", "PARAMCD")
        if row[0] == "a" and row[2] == "CIPN"
    ]
    found = {edge[4] for edge in edges(tables, "bds", "AVAL") if edge[:2] == ("a", number)}
    assert found == {"f0", "f1", "f2", "n0", "n1", "n2", "r0", "r1", "r2"}


def test_a_change_meets_a_test(tmp_path):
    tables = derived(tiny(ENDPOINTS), tmp_path, patients=PATIENTS)
    found = by_code(tables["bds"], "WORSE", "AVISIT", "AVAL")
    assert [row for row in found if row[0] == "b"] == [
        ("b", "base", 0),
        ("b", "mid", 1),
        ("b", "end", 0),
    ]


def test_all_answers_of_a_count_by_enumeration():
    """Every pattern of three parts against the meaning of each rule, written out."""
    patterns = np.array(list(itertools.product((1.0, 0.0, np.nan), repeat=3)))
    yes, known = (patterns == 1).sum(axis=1), (~np.isnan(patterns)).sum(axis=1)
    for k, missing in itertools.product((1, 2, 3), ("any_missing", "undecided", "measured")):
        found = at_least(yes, known, np.full(27, 3), k, missing)
        expected = [_meant(pattern, k, missing) for pattern in patterns]
        assert np.array_equal(found, expected, equal_nan=True)


def _meant(pattern: np.ndarray, k: int, missing: str) -> float:
    """The rule in words: look at every way to fill in what is unknown."""
    either = [(0, 1) if np.isnan(part) else (part,) for part in pattern]
    answers = {sum(one) >= k for one in itertools.product(*either)}
    gaps = np.isnan(pattern).any()
    if np.isnan(pattern).all() or (missing == "any_missing" and gaps):
        return np.nan
    if missing == "undecided" and len(answers) > 1:
        return np.nan
    return float(np.nansum(pattern) >= k)


@pytest.mark.parametrize("missing", ["undecided", "any_finding"])
def test_undecided_is_what_every_completion_agrees_on(missing):
    """The rule over two findings and a score against all completions of what is unknown; with
    `any_finding` of the score alone, so that two findings decide without it, and one does not."""
    condition = {
        "any": [{"findings": {"at_least": 2}}, {"findings": {"at_least": 1}, "s": {"is": 1}}]
    }
    patterns = np.array(list(itertools.product((1.0, 0.0, np.nan), repeat=3)))
    found = rule(
        condition, {"a": patterns[:, 0], "b": patterns[:, 1]}, {"s": patterns[:, 2]}, missing
    )
    for (a, b, s), answer in zip(patterns, found, strict=True):
        lost = np.isnan([a, b])
        if lost.all() or (missing == "any_finding" and lost.any()):
            assert np.isnan(answer)
            continue
        either = [(0, 1) if np.isnan(p) else (p,) for p in (a, b, s)]
        truths = {x + y >= 2 or (x + y >= 1 and z == 1) for x, y, z in itertools.product(*either)}
        assert (len(truths) == 2 and np.isnan(answer)) or truths == {bool(answer)}


def test_ever_with_and_without_passing_over():
    visits = np.array([[0, 0, np.nan, 1], [np.nan, 0, np.nan, np.nan], [0, 1, np.nan, 0]])
    strict = ever(visits, passing_over=False)
    assert np.array_equal(strict[-1], [np.nan, 1, np.nan, 1], equal_nan=True)
    loose = ever(visits, passing_over=True)
    assert np.array_equal(loose[-1], [0, 1, np.nan, 1], equal_nan=True)
    assert np.array_equal(loose[0], [0, 0, np.nan, 1], equal_nan=True)


NORM = """
fork: {label: Fork, code: FORK, kind: repeated, table: patients,
       visits: {f0: base, f1: end}, baseline: base}
low: {label: Low, code: LOW, kind: finding, of: fork, norm: {table: own, age: age}}
"""
OWN = "group,age_to,normal_from,normal_to,verified,source\n,40,4.5,,no,x\n,60,4,,no,x\n,,3,,no,x\n"


@pytest.mark.parametrize(
    ("shift", "low"),
    [
        ("", [0, 1, 0, 1, 0, 1, None, None]),
        (", shift: -0.5", [0, 0, 0, 0, 0, 0, None, None]),
        (", shift: 0.5", [1, 1, 1, 1, 1, 1, None, None]),
    ],
)
def test_a_norm_by_age(tmp_path, shift, low):
    """The limit itself is normal; the age of a band is its last; an unknown age leaves it open.
    Shifted by half a point a lower norm lets 4 pass at 40, a higher one no 4.5."""
    from trialtrace.base.paths import Project

    (tmp_path / "config/norms").mkdir(parents=True)
    (tmp_path / "config/norms/own.csv").write_text(OWN)
    own = NORM.replace("age: age}", f"age: age{shift}}}")
    trial = tiny(own, "subjects: {table: patients, age: {column: age, unit: years}}")
    trial.at = Project(tmp_path)
    tables = derived(
        trial,
        tmp_path,
        patients="""
        id  rx  age:integer  f0:number  f1:number
        a   1   40           4.5        4
        b   0   41           4          3.5
        c   1   90           3          2.5
        d   0   .            5          5
    """,
    )
    found = by_code(tables["bds"], "LOW", "AVISIT", "AVAL")
    assert [row[2] for row in found] == low
    assert {edge[4] for edge in edges(tables, "bds", "AVAL")} == {"age", "f0", "f1"}


def test_what_is_refused(tmp_path):
    bad = ENDPOINTS.replace("findings: [no_fork, no_reflex]", "findings: [ntx, no_reflex]")
    assert "whose values are not yes or no" in refused(tiny(bad), tmp_path, patients=PATIENTS)
    bad = ENDPOINTS.replace(
        "visits: {f0: base, f1: mid, f2: end}, baseline: base}",
        "visits: {f0: base, f1: mid, f2: end}}",
    )
    assert "without a baseline" in refused(tiny(bad), tmp_path, patients=PATIENTS)


PLACES = """
fork: {label: Fork, code: FORK, kind: repeated, table: forks, column: x,
       visit: {column: v, labels: {"0": base, "1": end}}, baseline: base,
       location: {column: place, labels: {toe: toe, knee: knee, hand: hand}},
       side: {column: side, labels: {r: right, l: left}}}
legs: {label: L, code: LEGS, kind: finding, of: fork, new: true, locations: [toe, knee],
       abnormal_by_location: {toe: {below: 4}, knee: {below: 5}}, at_least: 1, missing: RULE}
"""
FORKS = """
id v place side x:number
a 0 toe r 5
a 0 toe l 5
a 0 knee r 6
a 0 knee l 6
a 0 hand r 1
a 1 toe r 5
a 1 toe l 4.5
a 1 knee r 4.5
a 1 knee l 6
b 0 toe r 3
b 0 toe l 5
b 0 knee r 6
b 0 knee l 6
b 1 toe r 3
b 1 toe l 5
b 1 knee r 6
"""


@pytest.mark.parametrize("rule, b", [("any_missing", None), ("undecided", None), ("measured", 0)])
def test_sides_and_locations(tmp_path, rule, b):
    """a: the right knee is new below 5. b: the toe was low before; the left knee is unknown."""
    trial = """
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         forks: {of: other, key: [source_row], subject: id}}
"""
    text = PLACES.replace("RULE", rule)
    tables = derived(tiny(text, trial), tmp_path, patients="id rx\na 1\nb 0\nc 1", forks=FORKS)
    found = by_code(tables["bds"], "LEGS", "AVISIT", "AVAL", "GROUNDS")
    assert found == [("a", "end", 1, "right knee"), ("b", "end", b, None), ("c", "end", None, None)]
    (number,) = [
        r[1] for r in shown(tables["bds"], "ASEQ", "PARAMCD") if r[0] == "a" and r[2] == "LEGS"
    ]
    rows = {edge[3] for edge in edges(tables, "bds", "AVAL") if edge[:2] == ("a", number)}
    assert rows == {2, 3, 4, 5, 7, 8, 9, 10}


def test_a_location_without_a_test(tmp_path):
    trial = """
tables: {patients: {of: raw, key: [id], subject: id, arm: rx},
         forks: {of: other, key: [source_row], subject: id}}
"""
    text = PLACES.replace("RULE", "undecided").replace(" locations: [toe, knee],", "")
    text = refused(tiny(text, trial), tmp_path, patients="id rx\na 1\nb 0", forks=FORKS)
    assert "nothing for hand" in text


@pytest.mark.parametrize("missing", ["any_missing", "undecided", "measured"])
def test_without_any_known_finding_there_is_no_answer(missing):
    nothing = {"a": np.array([np.nan]), "b": np.array([np.nan])}
    condition = {"any": [{"findings": {"at_least": 2}}, {"s": {"is": 1}}]}
    for score in (0.0, 1.0, np.nan):
        assert np.isnan(rule(condition, nothing, {"s": np.array([score])}, missing)).all()


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        # Two present of six decide yes; for no all six must be absent, as symptoms are unknown.
        ({"any": [{"findings": {"at_least": 2}}, {"all": [{"findings": {"at_least": 1}},
          {"drop": {"at_most": -4}}]}]}, "yes"),
        ({"findings": {"at_least": 6}}, "no"),
        # Three present decide yes, four absent no.
        ({"findings": {"at_least": 3}}, "yes"),
        ({"findings": {"at_least": 4}}, "no"),
    ],
)  # fmt: skip
def test_which_answer_is_known_with_fewer_parts(condition, answer):
    parts = [f"f{number}" for number in range(6)]
    assert decided_sooner(condition, parts, ["drop"]) == answer


def test_a_rule_may_take_as_many_parts_for_either_answer():
    assert decided_sooner({"findings": {"at_least": 3}}, list("abcde"), []) is None
