"""A cohort of 24 patients made by hand, and the trial that its export belongs to."""

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from mini_trial import HEADER, REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.run.synthetic.room import streams
from trialtrace.run.synthetic.rows import Drawn, Level
from trialtrace.run.trial.load import Trial, load_trial

TRIAL = """\
title: A synthetic trial
question: Does it help?
design:
  kind: parallel
  arms:
    active: {label: Active, code: "1"}
    control: {label: Control, code: "2", control: true}
  randomisation: {scheme: simple}
source:
  kind: synthetic
  mode: display
  seed: 7
  items:
    patients: {}
    pain: {separator: ";", decimal: ",", encoding: cp1252, date_order: dmy}
tables:
  patients: {of: patients, key: [id], subject: id, arm: group}
  pain: {of: pain, key: [id, visit], subject: id}
subjects:
  table: patients
  age: {column: age, unit: years}
  sex: {column: sex, codes: {F: "f", M: "m"}}
populations:
  itt: {label: All randomised, flag: ITTFL, where: {group: present}}
"""
CLEANING = """\
tables:
  patients:
    ignore: {remark: free text}
    missing: {smoker: ["9"], age: ["-99", "NA"]}
  pain:
    missing: {item_1: ["-9"]}
    convert: {vas: {unit_column: unit, to: cm, factors: {cm: 1, mm: 0.1}}}
checks:
  not_before:
    label: No visit before randomisation
    table: pain
    severity: reject
    columns: [seen]
    beside: {start: {table: patients, column: randomised}}
    expect: {seen: {at_least: {column: start}}}
"""
DICTIONARY = (
    HEADER
    + """\
id,patients,,text,Number,,,,,,,,y,,,,,
group,patients,,radio,Group,"1, Active | 2, Control",,,,,,,y,,,,,
age,patients,,text,Age,,,integer,18,100,,,,,,,,
sex,patients,,radio,Sex,"f, Female | m, Male",,,,,,,,,,,,
smoker,patients,,yesno,Smoker,,,,,,,,,,,,,
centre,patients,,radio,Centre,"1, North | 2, South",,,,,,,,,,,,
randomised,patients,,text,Randomised,,,date_ymd,2019-01-01,2030-01-01,,,,,,,,
id,pain,,text,Number,,,,,,,,y,,,,,
visit,pain,,radio,Visit,"0, before | 1, after",,,,,,,y,,,,,
vas,pain,,text,Pain,,,number,0,10,,,,,,,,
unit,pain,,text,Unit of pain,,,,,,,,,,,,,
seen,pain,,text,Seen on,,,date_dmy,2019-01-01,2030-01-01,,,,,,,,
item_1,pain,,text,Item 1,,,integer,1,4,,,,,,,,
item_2,pain,,radio,Item 2,"1, no | 2, little | 3, some | 4, much",,,,,,,,,,,,
"""
)
COHORT = """\
levels:
  patients: {arms: {active: 12, control: 12}}
  visits: {of: patients, as: visit, labels: {before: -7, after: 30}}
  items: {of: visits, as: item, labels: ["1", "2"]}
quantities:
  sex: {level: patients, choice: {of: {female: 0.5, male: 0.5}}}
  smoker: {level: patients, share: {probability: 0.3}}
  hospital: {level: patients, choice: {of: {North: 0.5, South: 0.5}}}
  age: {level: patients, normal: {mean: 50, sd: 9}}
  randomised: {level: patients, date: {between: ["2020-01-01", "2020-12-31"]}}
  vas: {level: visits, normal: {mean: 4, sd: 1}}
  seen: {level: visits, date: {from: randomised, days: visit_day}}
  there: {level: visits, share: {probability: 0.9}}
  answer: {level: items, ordinal: {from: 1, probabilities: [0.25, 0.25, 0.25, 0.25]}}
forms:
  patients:
    level: patients
    columns:
      group: arm
      sex: {of: sex, codes: {female: f, male: m}}
      centre: hospital
      remark: {text: 'says "yes, no"'}
    missing: {smoker: "9", age: {code: "-99", when: {arm: {is: active}}}}
  pain:
    level: visits
    where: {there: {is: "yes"}}
    columns: {unit: {of: vas, text: cm}}
    wide: [{level: items, of: answer, prefix: item_}]
"""
MESS = """\
mess:
  - {form: patients, column: age, defect: coded_missing, value: "NA", rows: 1}
  - {form: patients, column: age, defect: impossible, value: "540", rows: 1}
  - {form: patients, column: age, defect: free_text, value: about fifty, rows: 1}
  - {form: patients, column: centre, defect: stray_space, rows: 3}
  - {form: patients, defect: duplicate_row, rows: 2}
  - {form: pain, column: vas, defect: wrong_unit, unit: mm, rows: 4}
  - {form: pain, column: vas, defect: no_unit, value: "5", rows: 1}
  - {form: pain, column: vas, defect: unknown_unit, value: "5", unit: inch, rows: 1}
  - {form: pain, column: vas, defect: decimal_sign, value: "5.5", rows: 1}
  - {form: pain, column: item_1, defect: half_value, value: "2,5", rows: 1}
  - {form: pain, column: item_2, defect: unknown_code, value: "5", rows: 1}
  - {form: pain, column: seen, defect: impossible_date, value: "2020-02-30", rows: 1}
  - {form: pain, defect: breaks_check, check: not_before, rows: 1,
     put: {seen: {date: randomised, days: -30}}}
  - {form: pain, defect: unknown_subject, value: "0199", rows: 2}
  - {form: pain, defect: no_subject, rows: 1}
"""
FILES = {"trial.yaml": TRIAL, "cleaning.yaml": CLEANING, "dictionary.csv": DICTIONARY}


def write_trial(root: Path, mess: str = MESS, cohort: str = COHORT) -> Trial:
    folder = root / "config" / "trials" / "made"
    folder.mkdir(parents=True, exist_ok=True)
    if not (root / "workflow").exists():
        (root / "workflow").symlink_to(REPOSITORY / "workflow")
    for name, text in (FILES | {"cohort.yaml": cohort + mess}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return load_trial("made", Project(root))


def text(values: list[str | None]) -> pa.Array:
    return pa.array(values, type=pa.string())


def drawn() -> Drawn:
    """24 patients, two visits each, two items a visit; every fifth value or so is missing."""
    rng = np.random.default_rng(5)
    n = 24

    def some(values: list[Any], part: float = 0.2) -> list[Any]:
        return [None if rng.random() < part else value for value in values]

    days = [datetime.date(2020, 1, 1) + datetime.timedelta(days=7 * i) for i in range(n)]
    columns = {
        "id": text([f"{i:04}" for i in range(1, n + 1)]),
        "arm": text(["active", "control"] * 12),
        "sex": text([("female", "male")[i % 2] for i in rng.integers(0, 2, n)]),
        "smoker": text(some([("yes", "no")[i] for i in rng.integers(0, 2, n)])),
        "hospital": text([("North", "South")[i] for i in rng.integers(0, 2, n)]),
        "age": pa.array(some([float(i) for i in rng.integers(18, 90, n)], 0.4), pa.float64()),
        "randomised": pa.array(days, pa.date32()),
    }
    patients = Level("patients", n, columns=columns)
    parent = np.repeat(np.arange(n), 2)
    seen = [days[p] + datetime.timedelta(days=30 * (i % 2)) for i, p in enumerate(parent)]
    visits = Level(
        "visits",
        2 * n,
        patients,
        parent,
        {
            "visit": text(["before", "after"] * n),
            "vas": pa.array(some([round(v, 1) for v in rng.uniform(0, 10, 2 * n)]), pa.float64()),
            "seen": pa.array(some(seen), pa.date32()),
            "there": text(["yes" if i % 9 else "no" for i in range(2 * n)]),
        },
    )
    items = Level(
        "items",
        4 * n,
        visits,
        np.repeat(np.arange(2 * n), 2),
        {
            "item": text(["1", "2"] * 2 * n),
            "answer": pa.array(some([int(i) for i in rng.integers(1, 5, 4 * n)]), pa.int64()),
        },
    )
    levels = {"patients": patients, "visits": visits, "items": items}
    return Drawn("made", "display", 7, levels, [{"quantity": "age"}], streams(7, "made"))
