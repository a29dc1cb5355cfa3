"""A small trial for tests of analyses: subjects drawn arm by arm, and a plan beside them.

`trial.events("drug", 3, of=10)` adds ten patients of an arm, three with the event;
`trial.times("drug", "5", "7+")` two with a time, the second censored. `results(plan)` runs it.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import yaml

from trialtrace.base.config.spec import structure
from trialtrace.run.methods.analysing.run import analyse_plan
from trialtrace.run.tables.contracts import (
    ADSL,
    ADTTE,
    BDS,
    MEMBERS,
    OCCDS,
    RESULTS,
    empty,
    from_rows,
    read_table,
    write_table,
)
from trialtrace.run.trial.endpoints import families
from trialtrace.run.trial.plan import build
from trialtrace.run.trial.study.file import Design, Population
from trialtrace.run.trial.study.subjects import Subjects

TRIAL = """
design:
  kind: parallel
  arms:
    high: {label: High dose, code: H}
    low: {label: Low dose, code: L}
    sham: {label: Sham, code: S, control: true}
  randomisation: {scheme: simple}
subjects:
  table: patients
  site: site
  variables: {smoker: smoker, risk: risk}
populations:
  itt: {label: All, flag: ITTFL, where: {arm: present}}
  pp: {label: Per protocol, flag: PPROTFL, where: {arm: present}}
"""
ENDPOINTS = """
relief: {label: Relief, code: RELIEF, kind: event, table: patients, event: {relief: {is: "1"}}}
pain: {label: Pain, code: PAIN, kind: repeated, table: patients,
  visits: {a: day 1, b: day 2, c: day 3}, baseline: day 1}
score: {label: Score, code: SCORE, kind: measure, table: patients, column: score}
death: {label: Death, code: DEATH, kind: time_to_event, table: patients, time: days,
  event: {died: {is: "1"}}, event_label: Death, censored_label: Alive}
"""
PLAN = """
decision_level: 0.05
confidence: 0.95
estimands:
  relief: {treatment: {of: high, to: sham}, population: itt, variable: relief, intercurrent: [], summary: s}
  pain: {treatment: {of: high, to: sham}, population: itt, variable: pain, intercurrent: [], summary: s}
  score: {treatment: {of: high, to: sham}, population: itt, variable: score, intercurrent: [], summary: s}
  death: {treatment: {of: high, to: sham}, population: itt, variable: death, intercurrent: [], summary: s}
  both: {treatment: {of: high, to: sham}, population: itt, variable: [score, pain], intercurrent: [], summary: s}
  doses: {treatment: {of: [high, low], to: sham}, population: itt, variable: death, intercurrent: [], summary: s}
"""  # noqa: E501
VISITS = ("day 1", "day 2", "day 3")


class SmallTrial:
    """Subjects and their records; each method adds subjects of one arm."""

    def __init__(self, folder: Path, name: str = "small"):
        self.folder, self.name = folder, name
        self.subjects: list[dict[str, Any]] = []
        self.records: list[dict[str, Any]] = []
        self.followed: list[dict[str, Any]] = []

    def _subject(self, arm: str, given: dict[str, Any]) -> dict[str, Any]:
        name = f"small-{len(self.subjects) + 1:03}"
        base = {"STUDYID": "small", "USUBJID": name, "SYNTHFL": "N"}
        own = {"site": None, "smoker": None, "risk": None, "pp": "Y"} | given
        self.subjects.append(
            base
            | {
                "SUBJID": name,
                "TRT01P": arm,
                "SITEID": own["site"],
                "SMOKER": own["smoker"],
                "RISK": own["risk"],
                "PPROTFL": own["pp"],
            }
        )
        return base | {"TRTP": arm}

    def _record(self, subject: dict[str, Any], code: str, number: int, **more: Any) -> None:
        self.records.append(subject | {"PARAMCD": code, "PARAM": code, "ASEQ": number} | more)

    def events(self, arm: str, events: int, *, of: int, **given: Any) -> "SmallTrial":
        for number in range(of):
            self._record(self._subject(arm, given), "RELIEF", 1, AVAL=float(number < events))
        return self

    def scores(self, arm: str, *values: float | None, **given: Any) -> "SmallTrial":
        for value in values:
            self._record(self._subject(arm, given), "SCORE", 1, AVAL=value, AVALU="mm")
        return self

    def visits(
        self, arm: str, *rows: tuple[float | None, ...], unit: str | None = None, **given: Any
    ) -> "SmallTrial":
        """Each row is a subject's values at the visits."""
        for row in rows:
            subject = self._subject(arm, given)
            for number, value in enumerate(row):
                known = value is not None and row[0] is not None
                self._record(
                    subject,
                    "PAIN",
                    number + 1,
                    AVAL=value,
                    BASE=row[0],
                    CHG=value - row[0] if known else None,
                    AVISIT=VISITS[number],
                    AVISITN=number + 1,
                    AVALU=unit,
                )
        return self

    def times(self, arm: str, *times: str, **given: Any) -> "SmallTrial":
        for text in times:
            self.followed.append(
                self._subject(arm, given)
                | {
                    "PARAMCD": "DEATH",
                    "PARAM": "Death",
                    "ASEQ": 1,
                    "AVALU": "weeks",
                    "AVAL": float(text.rstrip("+")),
                    "CNSR": int(text.endswith("+")),
                }
            )
        return self

    def config(self, plan: str) -> SimpleNamespace:
        data = yaml.safe_load(TRIAL)
        given = {"displays": {}} | yaml.safe_load(PLAN) | yaml.safe_load(plan)
        return SimpleNamespace(
            name=self.name,
            synthetic=False,
            private=False,
            design=structure(Design, data["design"]),
            subjects=structure(Subjects, data["subjects"]),
            populations=structure(dict[str, Population], data["populations"]),
            dictionary={"patients": {}},
            endpoints=families.endpoints(yaml.safe_load(ENDPOINTS)),
            plan=build.plan(given),
        )

    def write(self) -> None:
        derived = self.folder / "derived"
        adsl = from_rows(self.subjects, ADSL)
        columns = {"SMOKER": pa.string(), "RISK": pa.float64(), "PPROTFL": pa.string()}
        for name, kind in columns.items():
            adsl = adsl.append_column(name, pa.array([s[name] for s in self.subjects], kind))
        adsl = adsl.append_column("ITTFL", pa.array(["Y"] * len(self.subjects)))
        write_table(derived / "adsl.parquet", adsl, ADSL)
        write_table(derived / "bds.parquet", from_rows(self.records, BDS), BDS)
        write_table(derived / "adtte.parquet", from_rows(self.followed, ADTTE), ADTTE)
        write_table(derived / "occds.parquet", empty(OCCDS), OCCDS)

    def results(self, plan: str) -> "Results":
        """Run a plan; its results by identifier, without the trial's name."""
        self.write()
        analyse_plan(self.config(plan), self.folder / "derived", self.folder / "analysis")
        return Results(self.folder / "analysis", self.name)


class Results(dict):
    """Results contract rows by identifier; `value`, `text`, `error` and `n` of one."""

    def __init__(self, folder: Path, trial: str):
        rows = read_table(folder / "results.parquet", RESULTS).to_pylist()
        super().__init__({row["result_id"].removeprefix(f"{trial}/"): row for row in rows})
        members = read_table(folder / "members.parquet", MEMBERS).to_pylist()
        self.members = {
            (row["result_id"].removeprefix(f"{trial}/"), row["role"]): row for row in members
        }

    def of(self, analysis: str) -> list[str]:
        return [name for name in self if name.startswith(f"{analysis}/")]

    def value(self, name: str) -> float:
        assert self[name]["error"] is None
        return self[name]["stat_value"]

    def text(self, name: str) -> str:
        return self[name]["stat_text"]

    def error(self, name: str) -> str:
        row = self[name]
        assert row["stat_value"] is row["ci_low"] is row["ci_high"] is None
        assert row["stat_text"] == "not estimable"
        return row["error"]

    def n(self, name: str, role: str) -> int:
        return self.members[name, role]["n"]
