"""The shelf of a trial: its kept runs, each under an identifier that follows from its content.

`archive/<trial>/runs/<run>.json.z` says what a run held; its tables and files are objects beside
it. `archive/<trial>/log.jsonl` has a line for each time that a run was kept: times and commits are
no part of what a run is.
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NotRequired, TypedDict

from trialtrace.base.errors import Problem, UserError, located, one_of
from trialtrace.base.paths import Project
from trialtrace.base.store import make_folder, sha256_bytes, write_bytes
from trialtrace.run.archive.kept_tables import (
    PRIVATE,
    KeptTable,
    Objects,
    restore_table,
)

# Which reports a kept run made: each by its hash, a DOCX by a hash of each of its lines too, since
# another program may have saved it anew. What they said follows from the run and is not kept.

SEAL = "seal.json"
DOCX = ".docx"
DIGITS_OF_KEY = 10


class KeptDocuments(TypedDict):
    """The hash that the reports show, the sha256 of each, of a DOCX the hashes of its lines."""

    seal: str | None
    documents: dict[str, str]
    lines: dict[str, list[str]]


def documents_of(folder: Path) -> bytes | None:
    """What the folder of a trial's results says of its reports; None where there are none."""
    try:
        sealed = json.loads((folder / SEAL).read_bytes())
        documents = sealed["documents"]
        kept: KeptDocuments = {
            "seal": sealed["seal"],
            "documents": {name: document["sha256"] for name, document in documents.items()},
            "lines": {
                name: [
                    line_hash(kind, [[text, *(to for _, to in links)] for text, *links in pieces])
                    for kind, _, _, pieces in document["lines"]
                ]
                for name, document in documents.items()
                if name.endswith(DOCX)
            },
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return json.dumps(kept, sort_keys=True).encode()


def line_hash(kind: str, pieces: Sequence[Sequence[str]]) -> str:
    """Of a line: what it is, and its texts, each with where its links lead."""
    told = json.dumps([kind, pieces], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:DIGITS_OF_KEY]


# The version of this format.
VERSION = 4
DIGITS = 12
SUFFIX = ".json.z"
# Of each stage the rooms of its code by their versions; versions before 1.0 kept files.
Code = dict[str, dict[str, str]]


class Manifest(TypedDict):
    """What a run held. `made` has the hashes of each stage: of its origin, and of what it
    made; `documents` is the object that says which reports were made, `own` one of runs that an
    earlier version kept, which nothing reads any more."""

    archive: int
    contract: int
    trial: str
    tables: dict[str, KeptTable]
    files: dict[str, str]
    code: str
    own: NotRequired[str]
    documents: NotRequired[str]
    environment: list[str]
    made: dict[str, list[str]]


class Kept(TypedDict):
    """A line of the log: a run, when it ended, the commit of the checkout, and its data cut."""

    run: str
    ended: str
    commit: NotRequired[str | None]
    dirty: NotRequired[bool | None]
    cut: NotRequired[str]


@dataclass(frozen=True)
class Shelf:
    """The kept runs of one trial."""

    at: Project
    trial: str

    @property
    def folder(self) -> Path:
        return self.at.archive / self.trial

    @cached_property
    def objects(self) -> Objects:
        return Objects(self.folder / "objects", self._removal)

    def log(self) -> list[Kept]:
        """Each time that a run was kept, oldest first. A line that is no run counts as none: what
        lies there besides is told by `strange`, and stops neither a comparison nor the next run."""
        return [kept for _, kept in self._lines() if kept is not None]

    def of_cut(self) -> list[Kept]:
        """The lines of the log of the project's data cut; where it has none, all."""
        cut = self.at.purpose.cut
        return [kept for kept in self.log() if cut is None or kept.get("cut") == cut]

    def strange(self) -> list[Problem]:
        """Each line of the log that is no run."""
        place = self.at.shown(self.folder / "log.jsonl")
        return [
            Problem(
                located(place, number),
                "is no run: something else has changed the log, and the other lines count",
                do="take the line away, or bring the log back from a copy",
            )
            for number, (_, kept) in enumerate(self._lines(), 1)
            if kept is None
        ]

    def _lines(self) -> list[tuple[bytes, Kept | None]]:
        """Each line of the log as it stands, with the run that it is."""
        place = self.folder / "log.jsonl"
        lines = place.read_bytes().splitlines() if place.exists() else []
        return [(line, _run_of(line)) for line in lines]

    def put(self, manifest: Manifest, kept: Kept) -> None:
        """Keep a run whose objects are there, and note when."""
        make_folder(self.folder, private=True)
        make_folder(self.folder / "runs", private=True)
        write_bytes(self._manifest(kept["run"]), zlib.compress(_canonical(manifest), 9), PRIVATE)
        line = json.dumps(kept, sort_keys=True).encode()
        self._write_log([*(before for before, _ in self._lines()), line])

    def _write_log(self, lines: list[bytes]) -> None:
        """Write the log; a line that is no run stays, since what it was is not known."""
        whole = b"".join(line + b"\n" for line in lines)
        write_bytes(self.folder / "log.jsonl", whole, PRIVATE)

    def manifest(self, run: str) -> Manifest:
        """What a run held. Raises UserError where that was changed, or is of another version or
        trial."""
        place = self._manifest(run)
        try:
            manifest: Manifest = json.loads(zlib.decompress(place.read_bytes()))
            whole = run_id(manifest) == run
            version = manifest["archive"]
        except (OSError, zlib.error, ValueError, KeyError, TypeError):
            whole, version = False, VERSION
        if not whole:
            raise UserError(
                self.at.shown(place),
                "is gone" if not place.exists() else "is not what was kept under this name",
                do=f"bring it back from a copy, or: trialtrace history {self.trial} --remove {run}",
            )
        if version != VERSION:
            raise UserError(
                self.at.shown(place),
                found=f"a run kept in version {version} of the archive",
                expected=f"version {VERSION}, which this trialtrace reads",
                do="compare it with the trialtrace that kept it; runs are kept again once "
                f"{self.at.shown(self.folder)} is moved away",
            )
        if manifest["trial"] != self.trial:
            raise UserError(
                self.at.shown(place),
                found=f"a run of the trial {manifest['trial']}",
                expected=f"runs of {self.trial}: an archive is of the trial of its folder",
                do=f"move it back, or delete {self.at.shown(self.folder)}",
            )
        return manifest

    def find(self, asked: str) -> str:
        """The run whose identifier begins so. Raises UserError unless there is exactly one."""
        names = self.names()
        found = [name for name in names if name.startswith(asked)] if asked else []
        if len(found) != 1:
            raise UserError(
                f"run {asked!r} of {self.trial}",
                found="several runs that begin so" if found else "no kept run of this name",
                expected=one_of(found or names),
                do=f"list them: trialtrace history {self.trial}",
            )
        return found[0]

    def names(self) -> list[str]:
        """Every kept run once, in the order of the log; then those that it does not name."""
        return [*dict.fromkeys(line["run"] for line in self.log()), *self.lost()]

    def lost(self) -> list[str]:
        """Runs that are there and that the log does not name, or names no more."""
        named = {line["run"] for line in self.log()}
        return sorted(self._there() - named)

    def _there(self) -> set[str]:
        folder = self.folder / "runs"
        return {path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}")}

    def _removal(self, digest: str) -> list[str]:
        """How the runs are removed that hold an object."""
        holders = []
        for run in sorted(self._there()):
            try:
                holders += [run] if digest in self.held(run) else []
            except UserError:
                continue
        return [f"trialtrace history {self.trial} --remove {run}" for run in holders]

    def file(self, digest: str) -> bytes:
        """The bytes of a file that was kept."""
        return zlib.decompress(self.objects.get(digest))

    def put_file(self, content: bytes) -> str:
        return self.objects.put(zlib.compress(content, 9))

    def code_of(self, manifest: Manifest) -> Code:
        """Which versions of rooms the code of each stage was."""
        code: Code = json.loads(self.file(manifest["code"]))
        return code

    def restore(self, run: str, folder: Path) -> None:
        """Write the tables and files of a run into a folder, as they lay in results/<trial>."""
        manifest = self.manifest(run)
        for name, kept in manifest["tables"].items():
            restore_table(kept, self.objects, folder / name)
        for name, digest in manifest["files"].items():
            if not name.startswith("config/"):
                write_bytes(folder / name, self.file(digest), PRIVATE)

    def held(self, run: str) -> set[str]:
        """The digests of the objects of a run."""
        manifest = self.manifest(run)
        tables = (kept["groups"] for kept in manifest["tables"].values())
        return set().union(*tables) | {
            *manifest["files"].values(),
            manifest["code"],
            *(manifest[name] for name in ("own", "documents") if name in manifest),
        }

    def faults(self) -> list[Problem]:
        """What is missing, changed, or belongs to no run."""
        problems: list[Problem] = []
        held: set[str] = set()
        for run in self.names():
            try:
                held |= self.held(run)
            except UserError as error:
                problems += error.problems
        # What a run held whose list is broken is not known.
        extra = set() if problems else self.objects.names() - held
        problems += self.strange()
        for run in self.lost():
            problems.append(
                Problem(
                    f"run {run} of {self.trial}",
                    "is kept, and the log does not name it: something else has changed log.jsonl",
                    do=f"bring the log back from a copy; or trialtrace history {self.trial} "
                    f"--remove {run}",
                )
            )
        for digest in sorted(held):
            try:
                self.objects.get(digest)
            except UserError as error:
                problems += error.problems
        places = (str(self.objects.place(digest)) for digest in sorted(extra))
        strays = [*places, *(self.at.shown(path) for path in self._strays())]
        return [*problems, *(Problem(place, "belongs to no kept run") for place in strays)]

    def sweep(self) -> None:
        """Take away what a run that was cut short wrote and no run holds. Nothing goes where it is
        not known what the kept ones hold."""
        with suppress(UserError):
            held = set().union(*(self.held(run) for run in self.names()))
            self.objects.remove(self.objects.names() - held)
        for path in self._strays():
            if path.name.startswith("."):
                path.unlink()

    def _strays(self) -> list[Path]:
        """Files of the folder that are neither the log, a run, nor an object."""
        strays = {self.folder / "log.jsonl", *map(self._manifest, self._there())}
        strays |= {self.objects.place(digest) for digest in self.objects.names()}
        found = self.folder.rglob("*") if self.folder.is_dir() else ()
        return sorted(path for path in found if path.is_file() and path not in strays)

    def remove(self, run: str) -> int | None:
        """Let a run go, with the objects that no other run holds. Returns how many these are.

        None go, and None is returned, where it is not known what the others hold, since the list of
        one is broken. Others are all whose lists are there, also where the log has lost them.
        """
        lines = [(line, kept) for line, kept in self._lines() if not kept or kept["run"] != run]
        names = {kept["run"] for _, kept in lines if kept} | self._there() - {run}
        gone: set[str] | None = None
        with suppress(UserError):
            gone = self.objects.names() - set().union(*(self.held(name) for name in names))
        self._write_log([line for line, _ in lines])
        self._manifest(run).unlink(missing_ok=True)
        self.objects.remove(gone or ())
        return None if gone is None else len(gone)

    def _manifest(self, run: str) -> Path:
        return self.folder / "runs" / f"{run}{SUFFIX}"


def _run_of(line: bytes) -> Kept | None:
    """The run that a line of the log is, if it is one."""
    try:
        read: Kept = json.loads(line)
        return read if all(isinstance(one, str) for one in (read["run"], read["ended"])) else None
    except (ValueError, TypeError, KeyError):
        return None


def run_id(manifest: Manifest) -> str:
    """The identifier that follows from what a run held."""
    return sha256_bytes(_canonical(manifest))[:DIGITS]


def _canonical(manifest: Manifest) -> bytes:
    return (json.dumps(manifest, sort_keys=True, separators=(",", ":")) + "\n").encode()


def kept_documents(shelf: Shelf, manifest: Manifest) -> KeptDocuments | None:
    """The reports of a kept run; None of one that was kept without."""
    if "documents" not in manifest:
        return None
    kept: KeptDocuments = json.loads(shelf.file(manifest["documents"]))
    return kept
