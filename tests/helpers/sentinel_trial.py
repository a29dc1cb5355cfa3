"""The mini trial with a sentinel in every cell that is no code of the dictionary."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

import mini_trial
from sentinels import Sentinels

from trialtrace.base.paths import Project

COLUMNS = (
    "id",
    "arm",
    "age",
    "sex",
    "site",
    "smoker",
    "relief",
    "pain0",
    "pain1",
    "days",
    "died",
    "serial",
    "seen",
    "comment",
)
PATIENTS = 40

_DICTIONARY = """\
id,patients,,text,Number,,,,,,,,y,,,,,
arm,patients,,radio,Arm,"A, Drug | B, Placebo",,,,,,,y,,,,,
age,patients,,text,Age,,,number,0,110,,,,,,,,
sex,patients,,radio,Sex,"1, Female | 2, Male",,,,,,,,,,,,
site,patients,,dropdown,Site,"01, North | 02, South",,,,,,,,,,,,
smoker,patients,,yesno,Smoker,,,,,,,,,,,,,
relief,patients,,radio,Relief,"0, No | 1, Yes",,,,,,,,,,,,
pain0,patients,,text,Pain before,,,number,0,100,,,,,,,,
pain1,patients,,text,Pain after,,,number,0,100,,,,,,,,
days,patients,,text,Days followed,,,number,0,9999,,,,,,,,
died,patients,,radio,Died,"0, No | 1, Yes",,,,,,,,,,,,
serial,patients,,text,Serial number,,,integer,1000000,9999999,,,,,,,,
seen,patients,,text,First visit,,,date_ymd,1930-01-01,1950-12-31,,,,,,,,
id,adverse,,text,Number,,,,,,,,y,,,,,
what,adverse,,notes,What happened,,,,,,,,,,,,,
"""
# Bounds and choices are configuration: they may be shown.
DICTIONARY = mini_trial.HEADER + _DICTIONARY
ENDPOINTS = mini_trial.ENDPOINTS.replace(
    "scale: {type: ordinal, from: 0, to: 10, higher: worse}",
    "scale: {type: continuous, from: 0, to: 100, higher: worse}",
)
SERIAL = """\
serial:
  label: Serial number
  code: SERIAL
  kind: measure
  table: patients
  column: serial
"""
PLAN = mini_trial.PLAN.replace("at: [0, 30]", "at: [0, 365]")
CURVES = """\
  cumulative_incidence:
    - {title: Death, endpoint: death, population: itt, unit: days, at: [0, 365]}
  dose_intensity:
    - {title: Pain before, endpoint: [first_pain], population: itt, threshold: 5}
  adverse_events:
    - {title: Nausea, endpoint: nausea, population: itt}
  spaghetti:
    - {title: Pain, endpoint: [pain], population: itt}
"""


@dataclass
class Export:
    """The files of an export, row by row, and the configuration beside them."""

    sentinels: Sentinels = field(default_factory=Sentinels)
    header: list[str] = field(default_factory=lambda: list(COLUMNS))
    rows: list[list[str]] = field(default_factory=list)
    events: list[list[str]] = field(default_factory=list)
    trial: str = mini_trial.TRIAL
    dictionary: str = DICTIONARY
    endpoints: str = ENDPOINTS + SERIAL
    # What stands in place of the CSV of these rows.
    data: dict[str, bytes] = field(default_factory=dict)

    def column(self, name: str) -> list[str]:
        return [row[self.header.index(name)] for row in self.rows]

    def put(self, column: str, values: dict[int, str]) -> None:
        """Other cells: row number from 0 -> cell."""
        for row, value in values.items():
            self.rows[row][self.header.index(column)] = value

    def csv(self, separator: str = ",", header: bool = True) -> str:
        return _csv([self.header] * header + self.rows, separator)

    def write(self, root: Path, folder: Path | None = None) -> Project:
        """A project whose only trial this is; its data in a folder elsewhere, if one is named."""
        at = mini_trial.write_project(
            root,
            trial=self.trial,
            dictionary=self.dictionary,
            endpoints=self.endpoints,
            plan=PLAN + CURVES,
        )
        (root / "Snakefile").touch()
        if not (root / "reports").exists():
            (root / "reports").symlink_to(mini_trial.REPOSITORY / "reports")
        folder = folder or root / "data"
        folder.mkdir()
        plain = {"export.csv": self.csv(), "events.csv": _csv([["id", "what"], *self.events], ",")}
        files = {name: text.encode() for name, text in plain.items()} | self.data
        for name, data in files.items():
            (folder / name).write_bytes(data)
        return at


def _csv(rows: list[list[str]], separator: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()


def spoil_some(export: Export) -> None:
    """One cell in forty that is no value of its column, in most columns."""
    made = export.sentinels
    export.put("age", {3: made.word("age")})
    export.put("pain0", {4: "999.5"})
    export.put("days", {5: f"{made.number(100, 900)} days"})
    export.put("serial", {6: made.whole(9)})
    export.put("seen", {7: "31.02.1940"})
    export.put("relief", {8: made.word("relief")})
    export.put("sex", {9: ""})


def good_export() -> Export:
    """40 patients, 20 an arm, half of them at each site; relief in most of one arm."""
    export = Export()
    made = export.sentinels
    for number in range(PATIENTS):
        drug = number % 2 == 0
        export.rows.append(
            [
                made.word("id"),
                "A" if drug else "B",
                made.number(20, 90),
                str(1 + number // 2 % 2),
                "01" if number < PATIENTS / 2 else "02",
                str(number // 3 % 2),
                str(int(number % (5 if drug else 3) != 0)),
                made.number(10, 99),
                made.number(10, 99),
                made.number(101, 2999),
                str(number // 4 % 2),
                made.whole(),
                made.date(),
                f'{made.word("note")} <é&">, "{number}"; {made.word("tail")}',
            ]
        )
    ids = export.column("id")
    export.events = [[who, "nausea"] for who in ids[:6]]
    export.events += [[who, f"{made.word('what')} at night"] for who in ids[5:15]]
    return export
