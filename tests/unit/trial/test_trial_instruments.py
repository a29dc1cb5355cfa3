"""Entries of kind instrument, sides and locations: what is accepted, and each mistake's message."""

import pytest
from mini_trial import (
    CLAIMS,
    CLEANING,
    DICTIONARY,
    ENDPOINTS,
    PLAN,
    REPOSITORY,
    TRIAL,
    told,
    write_project,
)

from trialtrace.run.trial.load import load_trial

FORMS = """\
id,forms,,text,Number,,,integer,1,999,,,y,,,,,
visit,forms,,radio,Visit,"1, Before | 2, After",,,,,,,,,,,,
side,forms,,radio,Side,"l, Left | r, Right",,,,,,,,,,,,
grip,forms,,text,Grip,,,integer,0,99,,,,,,,,
reflex,forms,,radio,Reflex,"0, Absent | 1, Reduced | 2, Normal",,,,,,,,,,,,
"""
ITEMS = "".join(f"n{item},forms,,text,Item,,,integer,0,4,,,,,,,,\n" for item in range(1, 12))
ENTRIES = """\
ntx:
  label: Symptoms
  kind: instrument
  instrument: fact_gog_ntx
  code: NTX
  table: forms
  items: {prefix: "n"}
  form: ntx_11
  direction: higher_better
  visit: {column: visit, labels: {"1": before, "2": after}}
  baseline: before
rf:
  kind: instrument
  instrument: qlq_c30
  code: QLQ
  table: forms
  items: {"6": n6, "7": n7, "29": n1, "30": n2}
  scales: [rf, ql]
  labels: {rf: Roles}
reflex:
  label: Reflex
  kind: instrument
  instrument: reflexes
  code: REFLEX
  table: forms
  column: reflex
  grades: {"0": absent, "1": reduced, "2": normal}
ntx_low:
  label: Low
  code: LOW
  kind: event
  of: ntx
  event: {below: 30}
grip:
  label: Grip
  code: GRIP
  kind: repeated
  table: forms
  column: grip
  visit: {column: visit, labels: {"1": before, "2": after}}
  side: {column: side, labels: {"l": left, "r": right}}
"""
ANALYSES = """\
  ntx_each:
    label: Symptoms
    role: secondary
    estimand: ntx_itt
    visits: [after]
    where: {LAT: missing}
    estimates: [{mean_difference: welch}]
  grip_right:
    label: Grip
    role: secondary
    estimand: grip_itt
    visits: [after]
    where: {LAT: {is: right}, LOC: missing}
    estimates: [{mean_difference: welch}]
  roles:
    label: Quality of life
    role: secondary
    estimand: rf_itt
    estimates: [{mean_difference: welch}]
multiplicity:
"""
ESTIMANDS = """\
  ntx_itt: {treatment: {of: drug, to: placebo}, population: itt, variable: ntx, intercurrent: [],
    summary: difference}
  grip_itt: {treatment: {of: drug, to: placebo}, population: itt, variable: grip, intercurrent: [],
    summary: difference}
  rf_itt: {treatment: {of: drug, to: placebo}, population: itt, variable: rf, intercurrent: [],
    summary: difference}
analyses:
"""


EXAMS = """\
grade,forms,,radio,Grade,"3, Three | 4, Four | 4p, Four and more",,,,,,,,,,,,
word,forms,,radio,Reflex,"a, Absent | n, Normal",,,,,,,,,,,,
site,forms,,radio,Site,"k, Knee | h, Hand",,,,,,,,,,,,
fork,forms,,text,Fork,,,number,0,8,,,,,,,,
gene,forms,,radio,Gene,"G1, G1 | R1, R1",,,,,,,,,,,,
ct,forms,,text,Ct,,,number,0,50,,,,,,,,
"""
EXAM_ENTRIES = """\
mrc: {label: M, kind: instrument, instrument: mrc, code: MRC, table: forms, column: grade,
  grades: {"4p": 4.25}, summary: mean, location: {column: site, labels: {"k": knee, "h": hand}}}
tendon: {label: R, kind: instrument, instrument: reflexes, code: TENDON, table: forms, column: word,
  grades: {"a": absent, "n": normal}, location: {column: site, labels: {"k": knee, "h": hand}}}
fork: {label: F, kind: instrument, instrument: tuning_fork, code: FORK, table: forms, column: fork,
  scales: all, location: {column: site, labels: {"k": knee, "h": hand}},
  norm: {table: tuning_fork, age: age, groups: {knee: lower limb, hand: upper limb}}}
panel: {label: P, kind: instrument, instrument: delta_ct, code: P, table: forms, scales: all,
  ct: ct, gene: gene, genes: {g1: "G1"}, references: ["R1"], censored_at: 40, replicates: any}
response: {label: R, kind: instrument, instrument: bone_pain_response, code: RESP, pain: pain,
  opioids: ntx, death: death, days: {after: 90}, asked: worst, opioid_change: any,
  from_none: increase, stable_pain: unchanged, low_baseline: evaluable, both_up: indeterminate}
"""


@pytest.fixture
def exams(at):
    folder = at.trial_config("mini")
    for name, more in (("dictionary.csv", EXAMS), ("endpoints.yaml", EXAM_ENTRIES)):
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    norms = at.config / "norms"
    norms.mkdir()
    shipped = REPOSITORY / "config" / "norms" / "tuning_fork.csv"
    (norms / shipped.name).write_bytes(shipped.read_bytes())
    return at


@pytest.fixture
def at(tmp_path):
    forms = "  forms: {of: events, key: [id, visit], subject: id}\nsubjects:\n"
    return write_project(
        tmp_path,
        trial=TRIAL.replace("subjects:\n", forms, 1),
        dictionary=DICTIONARY + FORMS + ITEMS,
        endpoints=ENDPOINTS + ENTRIES,
        plan=PLAN.replace("analyses:\n", ESTIMANDS, 1).replace("multiplicity:\n", ANALYSES, 1),
        cleaning=CLEANING,
        claims=CLAIMS,
    )


def test_the_entries_are_valid_and_make_endpoints(at):
    assert told(at) == ""
    trial = load_trial("mini", at)
    assert [e.name for e in trial.family("rf")] == ["rf_ql", "rf_rf"]
    assert [e.name for e in trial.family("ntx")] == ["ntx"]
    assert trial.endpoints["rf_rf"].label == "Roles"
    assert trial.endpoints["rf_ql"].label == "EORTC QLQ-C30 (version 3): global health status"
    assert trial.endpoints["ntx"].entry.visit_labels == ["before", "after"]


def test_examinations_are_valid(exams):
    assert told(exams) == ""
    trial = load_trial("mini", exams)
    kinds = {name: endpoint.kind for name, endpoint in trial.endpoints.items()}
    assert kinds["fork_abnormal"] == "instrument_event" and kinds["panel_g1"] == "instrument"
    # A mean over the locations is one record; grades at each are several.
    assert trial.endpoints["mrc"].places == {}
    assert trial.endpoints["tendon"].places == {"LOC": ["knee", "hand"]}
