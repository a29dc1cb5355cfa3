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
    edit,
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


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("instrument: qlq_c30", "instrument: qlq_c20", ["rf.instrument", "did you mean"]),
        ("scales: [rf, ql]", "scales: [rf, qo]", ["rf.scales[2]", '"qo"', "a scale"]),
        ("form: ntx_11", "form: ntx_10", ["ntx.form", "ntx_11"]),
        ("  direction: higher_better\n", "", ["the key direction is missing"]),
        ("form: ntx_11", "form: ntx_11\n  recall: week", ['the key "recall"']),
        ('"7": n7, ', "", ["rf.items", "no column of item 7"]),
        ('"7": n7', '"7": n7, "31": n8', ["rf.items.31", "an item"]),
        ('"7": n7', '"7": m7', ["rf.items.7", '"m7"', "n7"]),
        ('"7": n7', '"7": side', ["side, a column of text with choices", "numeric codes"]),
        ('items: {prefix: "n"}', "items: {prefix: m}", ["ntx.items.prefix", '"m1"']),
        ("code: QLQ\n", "code: QLQC300\n", ['"QLQC300QL"', "at most 8"]),
        ("code: QLQ\n", "code: QL\n", []),
        ("code: LOW", "code: QLQRF", ["ntx_low.code", "also the code of"]),
        ("ntx_low:", "rf_pf:", ["rf_pf", "the name of the scale pf of rf"]),
        ("labels: {rf: Roles}", "labels: {xx: Roles}", ["rf.labels.xx", "a scale"]),
        ("baseline: before\nrf:", "baseline: early\nrf:", ["ntx.baseline", "before, after"]),
        ('"r": right', '"r": left', ["grip.side.labels.r", "also the label of l"]),
        ('"r": right', '"q": right', ["grip.side.labels.q", "a choice of side"]),
        ("column: side", "column: sides", ["grip.side.column", 'did you mean "side"']),
        ("of: ntx\n", "of: rf\n", ["ntx_low.of", "rf_rf"]),
    ],
)
def test_a_mistake_is_told_at_its_key(at, old, new, messages):
    edit(at, "endpoints.yaml", old, new)
    text = told(at)
    assert all(message in text for message in messages), text
    assert bool(text) == bool(messages), text


def test_a_missing_key_whose_choices_are_numbers_is_told(at):
    entry = "vas:\n  kind: instrument\n  instrument: vas\n  code: VAS\n  table: visits\nntx_low:"
    edit(at, "endpoints.yaml", "ntx_low:", entry)
    assert "to: 10, 100" in told(at)


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("{LAT: {is: right}, LOC: missing}", "{LAT: {is: up}}", ['"up"', "left", "right"]),
        (
            "    where: {LAT: {is: right}, LOC: missing}\n",
            "",
            ["analyses.grip_right", "grip, which has 2 sides a subject", "left, right"],
        ),
        ("LAT: {is: right}, LOC: missing", "LOC: missing", ["grip, which has 2 sides"]),
    ],
)
def test_an_analysis_of_several_sides_chooses_one(at, old, new, messages):
    edit(at, "plan.yaml", old, new)
    text = told(at)
    assert all(message in text for message in messages), text


def test_an_event_made_of_several_sides_has_them_too(at):
    edit(at, "endpoints.yaml", "  of: ntx\n", "  of: grip\n")
    edit(at, "plan.yaml", "variable: grip, i", "variable: ntx_low, i")
    edit(at, "plan.yaml", "    where: {LAT: {is: right}, LOC: missing}\n", "")
    assert "ntx_low, which has 2 sides a subject" in told(at)


def test_a_condition_over_a_side_is_checked(at):
    edit(at, "plan.yaml", "{LAT: {is: right}, LOC: missing}", "{LATT: {is: right}}")
    assert 'did you mean "LAT"' in told(at)


def test_an_instrument_that_is_not_sound_is_told_once(at):
    edit(at, "endpoints.yaml", "scales: [rf, ql]", "scales: none")
    text = told(at)
    assert text.count("found") == 1 and "all, or a list of scales" in text


def test_examinations_are_valid(exams):
    assert told(exams) == ""
    trial = load_trial("mini", exams)
    kinds = {name: endpoint.kind for name, endpoint in trial.endpoints.items()}
    assert kinds["fork_abnormal"] == "instrument_event" and kinds["panel_g1"] == "instrument"
    # A mean over the locations is one record; grades at each are several.
    assert trial.endpoints["mrc"].places == {}
    assert trial.endpoints["tendon"].places == {"LOC": ["knee", "hand"]}


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ('grades: {"4p": 4.25}, ', "", ["mrc.column", "grade, with the codes 4p"]),
        ('grades: {"4p": 4.25}', 'grades: {"5p": 4.25}', ["mrc.grades.5p", "a choice of grade"]),
        (
            'summary: mean, location: {column: site, labels: {"k": knee, "h": hand}}',
            "summary: mean",
            ["mrc.summary", "`location`"],
        ),
        ('"a": absent, "n": normal', '"a": absent', ["tendon.grades", "with the codes n"]),
        ('"n": normal', '"n": usual', ["tendon.grades.n", "absent, reduced, normal, increased"]),
        ("table: tuning_fork", "table: fork", ["config/norms/fork.csv"]),
        ("knee: lower limb, ", "", ["fork.norm", "a group for each of knee, hand"]),
        ("knee: lower limb", "knee: leg", ["fork.norm.groups.knee", '"leg"', "lower limb"]),
        ("age: age, groups", "age: ages, groups", ["fork.norm.age", 'did you mean "age"']),
        ("ct: ct", "ct: gene", ["panel.ct", "text with choices"]),
        ("opioids: ntx", "opioids: nt", ["response.opioids", '"nt"']),
        ("death: death", "death: relief", ["response.death", "an endpoint of kind event"]),
        ("asked: worst", "asked: mean", ["response.asked", "worst, average"]),
    ],
)
def test_a_mistake_in_an_examination_is_told_at_its_key(exams, old, new, messages):
    edit(exams, "endpoints.yaml", old, new)
    text = told(exams)
    assert all(message in text for message in messages), text


def test_a_finding_of_several_locations_of_an_instrument_needs_a_rule(exams):
    path = exams.trial_config("mini") / "endpoints.yaml"
    entry = "lost: {label: L, code: LOST, kind: finding, of: tendon, abnormal: {below: 2}}\n"
    path.write_text(path.read_text(encoding="utf-8") + entry, encoding="utf-8")
    assert "2 sides and locations of tendon without a rule" in told(exams)
