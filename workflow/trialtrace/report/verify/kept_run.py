"""Whether the files of a trial's results are those that its run wrote: by its records, and by what
they say of each other."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from trialtrace.base.errors import UserError
from trialtrace.base.paths import BY_R, PRIVATE, Project
from trialtrace.base.store import sha256_bytes
from trialtrace.report.seal_file import NAME as SEAL
from trialtrace.report.seal_file import Kept, Sealed, kept_documents, read_seal
from trialtrace.run.archive.shelf import Manifest, Shelf
from trialtrace.run.jobs.data import INPUTS
from trialtrace.run.jobs.products import (
    FOLDER,
    VOLATILE,
    Contents,
    Made,
    read_record,
    record_path,
    together,
)
from trialtrace.run.jobs.run_state import stopped
from trialtrace.run.jobs.stages import RENDER, STAGES, STAGES_BEFORE_1
from trialtrace.run.trace.seal import value_of


@dataclass(frozen=True)
class Alteration:
    """One thing that is altered: in which file, what, and for a number where it stands.

    `what` is missing, extra, changed; number, text, link, figure for a document.
    """

    file: str
    what: str
    place: str = ""
    shown: str | None = None
    kept: str | None = None
    result: str | None = None


@dataclass(frozen=True)
class KeptRun:
    """The results of a trial, with the record of each stage."""

    at: Project
    trial: str

    @property
    def folder(self) -> Path:
        return self.at.results / self.trial

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """The stages of the run, in order: of an earlier version's, those which that had."""
        earlier = (self.folder / FOLDER / f"{STAGES_BEFORE_1[0]}.json").exists()
        return STAGES_BEFORE_1 if earlier else tuple(STAGES)

    @cached_property
    def records(self) -> dict[str, Made]:
        """The stages whose records can be read."""
        found = {rule: read_record(self.folder / FOLDER / f"{rule}.json") for rule in self.stages}
        return {rule: made for rule, made in found.items() if made is not None}

    @cached_property
    def written(self) -> dict[str, tuple[str, str]]:
        """Each file that a stage wrote, from the project's root: its sha256 and the stage."""
        return {
            name: (digest, rule)
            for rule, record in self.records.items()
            for files in record.outputs.values()
            for name, digest in files.items()
        }

    def digest(self, name: str) -> str | None:
        """The sha256 of a file as it is; None where it is not there."""
        try:
            return sha256_bytes((self.at.made / name).read_bytes())
        except PermissionError:
            raise
        except OSError:
            return None

    @cached_property
    def sealed(self) -> Sealed:
        """What the report showed when it was made. Raises UserError."""
        return read_seal(self.folder / SEAL)

    @cached_property
    def stands(self) -> bool:
        """Whether seal.json is what render_report wrote."""
        name = f"results/{self.trial}/{SEAL}"
        try:
            return name in self.written and not altered_file(self, name) and bool(self.sealed)
        except UserError:
            return False

    @property
    def seal(self) -> str | None:
        """The hash of the run, where it is known."""
        return self.sealed["seal"] if self.stands else None

    @cached_property
    def documents(self) -> dict[str, Kept]:
        """The documents as they were made, by their names; none where that is not known."""
        return kept_documents(self.sealed) if self.stands else {}

    def check_ended(self) -> None:
        """Raise UserError where the run has not ended: what it did not write tells nothing."""
        if rule := self.unfinished:
            raise UserError(stopped(self.at, self.trial, rule, RENDER))

    @property
    def unfinished(self) -> str | None:
        """The stage that a run has not come to the end of. Its record and those of later ones may
        be there: they are removed once it is known that their stages have to run again."""
        paths = {rule: self.at.made / record_path(rule, self.trial) for rule in self.stages}
        gone = [rule for rule, path in paths.items() if not path.exists()]
        if self._as_sealed:
            return None
        return gone[0] if gone else self._behind_a_newer

    @property
    def _behind_a_newer(self) -> str | None:
        """The first stage that read what another run wrote, behind one that is not of the run that
        the archive keeps: a newer run was stopped between the two, or is there now."""
        if (kept := archived(self)) is None:
            return None
        newer, written = False, dict[str, Contents]()
        for rule, record in self.records.items():
            of_another = any(
                one in written and together(written[one]) != digest
                for one, digest in record.inputs.items()
            )
            if newer and of_another:
                return rule
            newer = newer or kept["made"].get(rule, [record.fresh])[0] != record.fresh
            written |= record.outputs
        return None

    @cached_property
    def _as_sealed(self) -> bool:
        """Whether all data are those of the report: a run that is under way removes some."""
        try:
            data = self.sealed["parts"]["data"] if RENDER in self.records else {}
        except UserError:
            return False
        prefix = f"results/{self.trial}/"
        return bool(data) and all(self.digest(prefix + one) == data[one] for one in data)

    def check_there(self) -> None:
        """Raise UserError where no run has left results to hold anything against."""
        if not self.records:
            raise UserError(
                self.at.shown(self.folder),
                "has no records of a run: there is nothing to hold a file against",
                do=f"trialtrace run {self.trial}",
            )


def altered_run(run: KeptRun) -> list[Alteration]:
    """Every file that is not as the run wrote it; of records, what they contradict."""
    candidates = [candidate for name in run.written if (candidate := altered_file(run, name))]
    return [*candidates, *_extra(run), *_records(run), *_seal(run)]


def altered_file(run: KeptRun, name: str) -> Alteration | None:
    """A file by its path from the root; None where it is as it was written."""
    digest, rule = run.written[name]
    now = run.digest(name)
    if now == digest:
        return None
    if now is None:
        return Alteration(name, "missing", f"written by {rule}")
    return Alteration(name, "changed", f"written by {rule}", f"sha256 {now}", f"sha256 {digest}")


def _extra(run: KeptRun) -> Iterator[Alteration]:
    records = {record_path(rule, run.trial) for rule in run.stages}
    if any(rule not in run.records for rule in run.stages):
        return  # what a stage wrote is not known
    for path in sorted(run.folder.rglob("*")):
        name = path.relative_to(run.at.made).as_posix()
        known = name in run.written or name in records or path.name in VOLATILE
        known |= path.parent == run.folder / INPUTS and path.is_symlink()
        known |= path.relative_to(run.folder).parts[0] in (PRIVATE, BY_R)
        if not known and (path.is_symlink() or not path.is_dir()):
            yield Alteration(name, "extra", "written by no stage")


def _records(run: KeptRun) -> Iterator[Alteration]:
    """Records that are not there, not as a job writes them, or that contradict each other."""
    made = {one: files for r in run.records.values() for one, files in r.outputs.items()}
    there = [rule for rule in run.stages if (run.at.made / record_path(rule, run.trial)).exists()]
    last = max((run.stages.index(rule) for rule in there), default=-1)
    kept = archived(run)
    contracts = Counter(record.contract for record in run.records.values())
    for rule in run.stages[: last + 1]:
        name = record_path(rule, run.trial)
        record = run.records.get(rule)
        if record is None and rule in there:
            yield Alteration(name, "changed", f"the record of {rule}, which cannot be read")
        elif record is None and not run.unfinished:
            yield Alteration(name, "missing", f"the record of {rule}, which is not there")
        if record is None:
            continue
        told = json.dumps(asdict(record), sort_keys=True, indent=2, ensure_ascii=False) + "\n"
        other = (run.at.made / name).read_bytes() != told.encode() or record.rule != rule
        if other or not _names_its_files(record):
            yield Alteration(name, "changed", f"is not as the job of {rule} writes it")
        if run.unfinished:
            continue  # records of two runs
        for one, digest in record.inputs.items():
            if one not in made and len(run.records) < len(run.stages):
                continue  # the record that names it is the one that is missing
            if one not in made or together(made[one]) != digest:
                yield Alteration(
                    name, "changed", f"{rule} read another {one} than the one recorded"
                )
        if len(contracts) > 1 and 2 * contracts[record.contract] <= contracts.total():
            yield Alteration(name, "changed", "names another contract of tables than other records")
        if kept and rule in kept["made"]:
            outputs = {n: d for files in record.outputs.values() for n, d in files.items()}
            if kept["made"][rule] != [record.fresh, together(outputs)]:
                yield Alteration(name, "changed", f"is not what the archive keeps of {rule}")


def _names_its_files(record: Made) -> bool:
    """Each file of a record stands in the folder, or is the file, that it is named under."""
    return all(
        name == one or name.startswith(f"{one}/")
        for one, files in record.outputs.items()
        for name in files
    )


def archived(run: KeptRun) -> Manifest | None:
    """What the archive keeps of the last run; None where it keeps none, or is not whole."""
    shelf = Shelf(run.at, run.trial)
    try:
        log = shelf.log()
        return shelf.manifest(log[-1]["run"]) if log else None
    except UserError:
        return None


def _seal(run: KeptRun) -> Iterator[Alteration]:
    """The hash over the run against what it is over; without a report there is none."""
    if RENDER not in run.records or run.unfinished:
        return
    name = f"results/{run.trial}/{SEAL}"
    try:
        sealed = run.sealed
    except UserError as error:
        yield Alteration(name, "changed", str(error.problems[0].message or error.problems[0].found))
        return
    candidates = {f"report/{one}": digest for one, digest in sealed["downloads"].items()}
    for file, digest in (sealed["parts"]["data"] | candidates).items():
        wrote = run.written.get(f"results/{run.trial}/{file}")
        if wrote is not None and wrote[0] != digest:
            yield Alteration(name, "changed", f"names another {file} than the record of {wrote[1]}")
    if not sealed["keyed"] and sealed["seal"] != value_of(sealed["trial"], sealed["parts"]):
        yield Alteration(name, "changed", "its hash is not that of what it is over")


def outdated_files(run: KeptRun) -> list[str]:
    """Files of the configuration that are no longer those of the run: no alteration of it."""
    kept = run.sealed["parts"]["configuration"]
    return sorted(name for name, digest in kept.items() if run.digest(name) != digest)
