"""Gene expression and response of bone metastases: scores of several rows or endpoints."""

from types import SimpleNamespace as Stub

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_trial import derived, edges, refused, shown, tiny

from trialtrace.run.trial.instruments.bone_pain_response import BonePainResponse
from trialtrace.run.trial.model import visit_labels

TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  pcr: {of: raw2, key: [source_row], subject: id}
"""
GENES = """
panel: {label: Panel, kind: instrument, instrument: delta_ct, code: D, table: pcr, scales: all,
        ct: ct, gene: gene, genes: {myog: MYOG, chrna1: CHRNA1}, references: [GAPDH, HPRT1],
        censored_at: 40, replicates: REPLICATES, side: {column: side, labels: {r: right, l: left}}}
"""
PCR = """
id  side  gene    ct:number
a   r     MYOG    30
a   r     MYOG    31
a   r     GAPDH   20
a   r     GAPDH   21
a   r     HPRT1   24
a   r     CHRNA1  40
a   r     CHRNA1  35
a   l     MYOG    30
a   l     GAPDH   20
a   l     CHRNA1  41
a   l     CHRNA1  .
a   l     OTHER   12
"""


def expression(replicates, folder, pcr=PCR):
    trial = tiny(GENES.replace("REPLICATES", replicates), trial=TABLES)
    return derived(trial, folder, patients="id rx\na 1\nb 1", pcr=pcr)


def test_delta_ct_against_the_mean_of_the_reference_genes(tmp_path):
    tables = expression("all", tmp_path)
    found = shown(tables["bds"], "PARAMCD", "LAT", "AVAL", "GROUNDS", "AVALU")
    # Right: references (20.5 + 24) / 2 = 22.25; MYOG 30.5 - 22.25. Left: HPRT1 is missing.
    lost = "a reference gene is missing"
    assert [row[1:] for row in found if row[0] == "a"] == [
        ("DMYOG", "right", 8.25, None, "cycles"),
        ("DMYOG", "left", None, lost, "cycles"),
        ("DCHRNA1", "right", 12.75, None, "cycles"),
        ("DCHRNA1", "left", None, lost, "cycles"),
    ]
    assert [row[3:5] for row in found if row[0] == "b"] == [(None, None)] * 4
    behind = {edge[3] for edge in edges(tables, "bds", "AVAL") if edge[:2] == ("a", 1)}
    assert behind == {2, 3, 4, 5, 6}


def test_one_censored_replicate(tmp_path):
    found = shown(expression("any", tmp_path)["bds"], "PARAMCD", "LAT", "AVAL", "GROUNDS")
    assert found[2] == ("a", "DCHRNA1", "right", None, "not detected")


def test_a_gene_at_forty_cycles_is_missing_with_its_reason(tmp_path):
    pcr = PCR.replace("a   r     CHRNA1  35\n", "")
    found = shown(expression("all", tmp_path, pcr)["bds"], "PARAMCD", "LAT", "AVAL", "GROUNDS")
    assert found[2] == ("a", "DCHRNA1", "right", None, "not detected")


WITHIN = """
design:
  kind: within_subject
  arms: {real: {label: R, code: "1"}, sham: {label: S, code: "0", control: true}}
  randomisation: {scheme: simple}
tables:
  patients: {of: raw, key: [id], subject: id}
  pcr: {of: raw2, key: [source_row], subject: id, arm: stim}
populations: {all: {label: All, flag: ALLFL, where: {id: present}}}
"""
SIDES = """
id  side  stim  gene   ct:number
a   r     1     MYOG   30
a   l     0     MYOG   31
a   r     1     GAPDH  20
a   l     0     GAPDH  20
"""


def test_a_side_has_its_own_treatment_and_only_one(tmp_path):
    endpoints = GENES.replace("REPLICATES", "all").replace(", HPRT1", "")
    trial = tiny(endpoints, trial=WITHIN)
    found = derived(trial, tmp_path, patients="id\na", pcr=SIDES)["bds"]
    assert shown(found, "LAT", "TRTP", "AVAL")[:2] == [
        ("a", "right", "real", 10),
        ("a", "left", "sham", 11),
    ]
    mixed = SIDES.replace("a   l     0     GAPDH", "a   l     1     GAPDH")
    text = refused(trial, tmp_path, patients="id\na", pcr=mixed)
    assert "1 records made of rows with different treatments" in text


@settings(max_examples=15)
@given(st.permutations(PCR.strip().splitlines()[1:]))
def test_the_order_of_rows_does_not_matter(tmp_path_factory, rows):
    pcr = "\n".join([PCR.strip().splitlines()[0], *rows])
    found = expression("all", tmp_path_factory.mktemp("pcr"), pcr)["bds"]
    assert [row[1] for row in shown(found, "AVAL")] == [8.25, None, 12.75, *[None] * 5]


OPTIONS = {
    "opioid_change": "any",
    "from_none": "increase",
    "stable_pain": "unchanged",
    "low_baseline": "evaluable",
    "both_up": "indeterminate",
}
COMPLETE, PARTIAL, INDETERMINATE, PROGRESSION, NONE = 1, 2, 3, 4, None


@pytest.mark.parametrize(
    ("pain", "opioids", "changed", "expected"),
    [
        ((6, 0), (40, 40), {}, COMPLETE),
        ((6, 0), (40, 30), {}, COMPLETE),
        ((6, 0), (0, 0), {}, COMPLETE),
        ((6, 0), (40, 44), {}, INDETERMINATE),
        ((6, 0), (40, 44), {"opioid_change": "25_percent"}, COMPLETE),
        ((6, 0), (40, 50), {"opioid_change": "25_percent"}, INDETERMINATE),
        ((6, 0), (0, 10), {}, INDETERMINATE),
        ((6, 4), (40, 40), {}, PARTIAL),
        ((6, 4), (40, 44), {}, INDETERMINATE),
        ((6, 4), (40, 44), {"opioid_change": "25_percent"}, PARTIAL),
        ((6, 6), (40, 30), {}, PARTIAL),
        ((6, 5), (40, 30), {}, PARTIAL),
        ((6, 7), (40, 30), {}, INDETERMINATE),
        ((6, 6), (40, 31), {}, INDETERMINATE),
        ((6, 4.1), (40, 40), {}, INDETERMINATE),
        ((5.1, 3.1), (40, 40), {}, PARTIAL),
        ((3.1, 5.1), (40, 40), {}, PROGRESSION),
        ((6, 6), (32.4, 24.3), {}, PARTIAL),
        ((4, 6), (40, 40), {}, PROGRESSION),
        ((4, 6), (40, 44), {}, INDETERMINATE),
        ((4, 6), (40, 44), {"opioid_change": "25_percent"}, PROGRESSION),
        ((4, 6), (40, 30), {}, INDETERMINATE),
        ((4, 6), (40, 60), {}, INDETERMINATE),
        ((4, 6), (40, 60), {"both_up": "progression"}, PROGRESSION),
        ((4, 5), (40, 50), {}, PROGRESSION),
        ((4, 4), (40, 50), {}, PROGRESSION),
        ((4, 5.5), (40, 50), {}, INDETERMINATE),
        ((4, 3), (40, 50), {}, INDETERMINATE),
        ((4, 3), (40, 50), {"stable_pain": "less_than_2_lower"}, PROGRESSION),
        ((4, 2), (40, 50), {"stable_pain": "less_than_2_lower"}, INDETERMINATE),
        ((4, 5), (40, 40), {}, INDETERMINATE),
        ((6, 6), (0, 10), {}, PROGRESSION),
        ((6, 6), (0, 10), {"from_none": "more"}, INDETERMINATE),
        ((6, 6), (0, 10), {"from_none": "missing"}, NONE),
        ((6, 4), (0, 0), {"from_none": "missing"}, PARTIAL),
        ((1, 0), (0, 0), {}, COMPLETE),
        ((1, 0), (0, 0), {"low_baseline": "not_evaluable"}, NONE),
        ((None, 0), (0, 0), {}, NONE),
        ((6, None), (0, 0), {}, NONE),
        ((6, 0), (None, 0), {}, NONE),
        ((6, 0), (0, None), {}, NONE),
    ],
)
def test_response_by_pain_and_opioids(pain, opioids, changed, expected):
    before, now, drug_before, drug = (
        np.array([np.nan if one is None else one], dtype=float) for one in (*pain, *opioids)
    )
    entry = Stub(**(OPTIONS | changed))
    (found,) = BonePainResponse.category(entry, now, before, drug, drug_before)
    assert (None if np.isnan(found) else found) == expected


RESPONSE = """
response: {label: R, kind: instrument, instrument: bone_pain_response, code: RESP, pain: pain,
           opioids: omed, death: death, days: {m3: 92}, asked: worst, opioid_change: any,
           from_none: increase, stable_pain: unchanged, low_baseline: evaluable,
           both_up: indeterminate}
pain: {label: P, kind: instrument, instrument: vas, code: PAIN, table: pcr, column: v, to: 100,
       visit: {column: day, labels: {"0": start, "1": m3}}, baseline: start}
omed: {label: O, kind: repeated, code: OMED, table: pcr, column: o,
       visit: {column: day, labels: {"0": start, "1": m3}}, baseline: start}
death: {label: D, kind: time_to_event, code: DEATH, table: patients, time: days,
        event: {died: {is: "1"}}, event_label: Death, censored_label: Alive}
responded: {label: R, kind: event, code: RESPYN, of: response, event: {at_most: 2}}
"""
VISITS = """
id  day  v:number  o:number
a   0    60        20
a   1    35        20
b   0    60        20
c   0    60        20
d   0    60        20
d   1    0         .
e   0    60        20
e   1    60        20
"""
ALIVE = (
    "id rx days:integer died\na 1 900 0\nb 1 60 1\nc 1 92 0\nd 1 10 1\ne 1 92 1\nf 1 93 1\ng 1 92 1"
)
UNITS = "tables: {pcr: {units: {v: mm}}}"


def test_response_with_death_as_its_own_category(tmp_path):
    trial = tiny(RESPONSE, trial=TABLES, cleaning=UNITS)
    assert trial.endpoints["response"].entry.parents == ["pain", "omed", "death"]
    declared = trial.endpoints.get
    assert visit_labels("response", declared) == visit_labels("responded", declared) == ["m3"]
    tables = derived(trial, tmp_path, patients=ALIVE, pcr=VISITS)
    found = shown(tables["bds"], "PARAMCD", "AVISIT", "AVAL", "AVALC")
    assert [(row[0], *row[2:]) for row in found if row[1] == "RESP"] == [
        ("a", "m3", 2, "partial response"),
        ("b", "m3", 5, "death"),
        ("c", "m3", None, None),
        ("d", "m3", None, None),  # a pain value at the visit, but no opioids
        ("e", "m3", 3, "indeterminate"),
        ("f", "m3", None, None),
        ("g", "m3", 5, "death"),
    ]
    assert [row[3] for row in found if row[1] == "RESPYN"] == [1, 0, None, None, 0, None, 0]
    behind = {edge[2:] for edge in edges(tables, "bds", "AVAL") if edge[:2] == ("a", 1)}
    own = {("pcr", row, column) for row in (2, 3) for column in ("v", "o", "day")}
    assert behind == own
    dead = {edge[2:] for edge in edges(tables, "bds", "AVAL") if edge[:2] == ("b", 1)}
    assert {("patients", 3, "days"), ("patients", 3, "died"), ("pcr", 4, "v")} <= dead


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("days: {m3: 92}", "days: {m6: 92}", "pain, which has no visit m6"),
        (
            ', to: 100,\n       visit: {column: day, labels: {"0": start, "1": m3}}, baseline: '
            "start}",
            ', to: 100,\n       visit: {column: day, labels: {"0": start, "1": m3}}}',
            "pain, which has no baseline",
        ),
    ],
)
def test_response_needs_visits_and_a_baseline(old, new, message, tmp_path):
    assert old in RESPONSE
    trial = tiny(RESPONSE.replace(old, new), trial=TABLES, cleaning=UNITS)
    assert message in refused(trial, tmp_path, patients=ALIVE, pcr=VISITS)


OPIOIDS = """
omed: {label: O, kind: oral_morphine, code: OMED, table: drugs, drug: drug, route: way, dose: dose,
       conversion: cdc_2022, drugs: {m: morphine}, routes: {po: oral},
       none: {drug: {is: "none"}}, without_rows: missing,
       visit: {column: day, labels: {"0": start, "1": m3}}, baseline: start}
"""


def test_response_with_oral_morphine_equivalents(tmp_path):
    lines = [line for line in RESPONSE.splitlines() if "OMED" not in line]
    lines.remove('       visit: {column: day, labels: {"0": start, "1": m3}}, baseline: start}')
    drugs = """
    id day drug way dose:number
    a 0 m po 40
    a 1 m po 30
    b 0 none . .
    b 1 m po 10
    """
    pcr = "id day v:number\na 0 60\na 1 60\nb 0 60\nb 1 60"
    tables = TABLES + "  drugs: {of: raw3, key: [source_row], subject: id}\n"
    trial = tiny("\n".join(lines) + OPIOIDS, trial=tables, cleaning=UNITS)
    alive = "id rx days:integer died\na 1 900 0\nb 1 900 0"
    bds = derived(trial, tmp_path, patients=alive, pcr=pcr, drugs=drugs)["bds"]
    found = [row for row in shown(bds, "PARAMCD", "AVALC") if row[1] == "RESP"]
    # a: opioids down by 25 %; b: opioids after none, pain unchanged.
    assert found == [("a", "RESP", "partial response"), ("b", "RESP", "progression")]
