"""One hash over what a trial's numbers came from and what came of it: data, configuration, code.

Nothing that differs from run to run is under it: no time, no folder, no commit; not the report
either, which shows it.
"""

import hmac
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypedDict

from trialtrace.base.config.project_table import table_path
from trialtrace.base.store import sha256_bytes, sha256_file
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trial.amendments import FILE as AMENDMENTS
from trialtrace.run.trial.frozen import FILES as OF_PLAN
from trialtrace.run.trial.frozen import frozen_files
from trialtrace.run.trial.hash_key import read_hash_key
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.settings import Settings


@dataclass(frozen=True)
class RowHashes:
    """The hashes of a trial. Raises UserError for a key that is none, when first asked."""

    trial: Trial
    settings: Settings

    @cached_property
    def _key(self) -> bytes | None:
        return read_hash_key(self.trial.at, self.settings.hash_key)

    def of(self, selection: Selection) -> str | None:
        """HMAC-SHA256 over data set, predicate and sorted row identifiers; None without a key.

        With its predicate, so that two numbers do not show that they rest on one and the same
        patient.
        """
        return self._keyed(selection.dataset, selection.where, *selection.ids)

    def of_file(self, sha256: str) -> str | None:
        """The same over a file's hash: a table of one row is found by trying, too."""
        return self._keyed("file", sha256)

    def _keyed(self, *lines: str) -> str | None:
        if self._key is None:
            return None
        return hmac.digest(self._key, "\n".join(lines).encode(), "sha256").hex()


# Folders of a trial's results: all that a run makes but the report.
FOLDERS = ("raw", "clean", "derived", "analysis", "audit")
# What a report reads of the configuration, with what it is drawn or drafted from.
FILES = (*OF_PLAN, "claims.yaml")
# What of config.yaml decides what a report shows.
SETTINGS = ("disclosure", "report")
GROUP = 4


class Parts(TypedDict):
    """What the hash is over: files by their sha256, settings as they are, stages by their code."""

    data: dict[str, str]
    configuration: dict[str, str]
    settings: dict[str, str]
    code: dict[str, str]


@dataclass(frozen=True)
class Seal:
    """The hash of a run. Where it may be shown with a key alone, and there is none, without one."""

    parts: Parts
    value: str | None
    keyed: bool


def seal_of(
    trial: Trial, settings: Settings, folder: Path, codes: dict[str, str], hashes: "RowHashes"
) -> Seal:
    """The hash over the files in `folder` as they are, the configuration, and `codes`.

    Under restricted disclosure it is made with the key of row hashes, or not at all: of a small
    export the hash is found by trying.
    """
    parts: Parts = {
        "data": data_files(folder),
        "configuration": configuration_files(trial),
        "settings": {name: repr(getattr(settings, name)) for name in SETTINGS},
        "code": dict(codes),
    }
    plain = value_of(trial.name, parts)
    full = trial.disclosure(settings) == "full"
    return Seal(parts, plain if full else hashes.of_file(plain), not full)


def value_of(trial: str, parts: Parts) -> str:
    """The sha256 of a line for each part: kind, name and hash, in the order of their bytes."""
    groups: list[tuple[str, dict[str, str]]] = [
        ("data", parts["data"]),
        ("configuration", parts["configuration"]),
        ("setting", parts["settings"]),
        ("code", parts["code"]),
    ]
    lines = [f"{kind} {name} {told}" for kind, group in groups for name, told in group.items()]
    return sha256_bytes(
        "".join(f"{line}\n" for line in [f"trial {trial}", *sorted(lines)]).encode()
    )


def data_files(folder: Path) -> dict[str, str]:
    """The files of a trial's results by their sha256, without the report and the engine's marks."""
    found = (path for name in FOLDERS for path in sorted((folder / name).rglob("*")))
    return {
        path.relative_to(folder).as_posix(): sha256_file(path)
        for path in found
        if path.is_file() and not path.name.startswith(".")
    }


def configuration_files(trial: Trial) -> dict[str, str]:
    """The files of a trial's configuration by their sha256, with the tables that it reads."""
    names = [*FILES]
    files = [trial.at.trial_config(trial.name) / name for name in (*names, AMENDMENTS)]
    files += frozen_files(trial.at, trial.name)
    for endpoint in trial.endpoints.values():
        files += [table_path(trial.at, *named) for named in endpoint.entry.project_tables]
    return {
        path.relative_to(trial.at.root).as_posix(): sha256_file(path)
        for path in sorted(set(files))
        if path.is_file()
    }


def grouped(value: str) -> str:
    """A hash in groups, as a person compares it: the first of them are its short form."""
    size = len(value) // (2 * GROUP)
    return " ".join(value[at : at + size] for at in range(0, len(value), size))


def short_hash(value: str) -> str:
    """The first groups of a hash, by which a person tells runs apart."""
    return " ".join(grouped(value).split(" ")[:2])
