"""A trial whose exports lose much: 40 patients, two visits each, some events.

A case changes the files or the configuration.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from mini_trial import CONFIG, REPOSITORY

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.cleaning.account import Account, read_account
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial

TRIAL = (Path(__file__).parent / "lossy" / "trial.yaml").read_text(encoding="utf-8")
CLEANING = """
tables:
  events:
    covers: some
"""
DICTIONARY = (Path(__file__).parent / "lossy" / "dictionary.csv").read_text(encoding="utf-8")
Rows = list[list[str]]


def patients() -> Rows:
    return [
        [
            f"P{n:03}",
            "AC"[n % 2],
            "fm"[n // 2 % 2],
            str(n % 2),
            f"{50 + n}.5",
            f"{n % 9 + 1:02}.{n % 12 + 1:02}.2020",
            str(30 + n),
        ]
        for n in range(1, 41)
    ]


@dataclass
class Given:
    """The files of the trial, to be changed by a case."""

    patients: Rows = field(default_factory=patients)
    visits: Rows = field(
        default_factory=lambda: [
            [f"P{n:03}", str(v), str((n + v) % 11)] for n in range(1, 41) for v in (0, 1)
        ]
    )
    events: Rows = field(default_factory=lambda: [[f"P{n:03}", "3"] for n in (2, 9, 17, 35)])
    trial: str = TRIAL
    cleaning: str = CLEANING
    dictionary: str = DICTIONARY
    disclosure: str = "by_source"

    def column(self, name: str, change: Callable[[str], str], rows: slice = slice(None)) -> None:
        """Change the cells of a column of the patients."""
        at = ["id", "arm", "sex", "smoker", "weight", "seen", "age"].index(name)
        for row in self.patients[rows]:
            row[at] = change(row[at])


def made(root: Path, given: Given) -> Project:
    folder = root / "config" / "trials" / "lossy"
    folder.mkdir(parents=True)
    (root / "workflow").symlink_to(REPOSITORY / "workflow")
    config = CONFIG.replace("by_source", given.disclosure).replace("mini", "lossy")
    (root / "config" / "config.yaml").write_text(config)
    (folder / "trial.yaml").write_text(given.trial)
    (folder / "cleaning.yaml").write_text(given.cleaning)
    (folder / "dictionary.csv").write_text(given.dictionary, encoding="utf-8")
    (root / "data").mkdir()
    names = {
        "patients": "id;arm;sex;smoker;weight;seen;age",
        "visits": "id;visit;pain",
        "events": "id;grade",
    }
    for name, header in names.items():
        lines = [header, *(";".join(row) for row in getattr(given, name))]
        (root / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Project(root)


def account(root: Path, given: Given) -> Account:
    trial = load_trial("lossy", made(root, given))
    ingest_sources(trial, root / "raw")
    clean_tables(trial, root / "raw", root / "clean")
    return read_account(root / "clean")


def stop(root: Path, given: Given) -> str:
    """What the run says as it stops, before it writes anything."""
    with pytest.raises(UserError) as caught:
        account(root, given)
    assert not (root / "clean").exists()
    return str(caught.value)


def told(found: Account) -> list[tuple[str, str, str | None]]:
    return [(one.kind, one.table, one.column) for one in found.warnings]
