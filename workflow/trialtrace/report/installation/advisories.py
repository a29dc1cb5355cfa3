"""Known faults of installed packages, by a list of advisories that is given as a file (OSV JSON).

Nothing is fetched: the list comes from where there is a network, as one JSON file or as OSV's
archive of an ecosystem (`all.zip`).
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeGuard

from trialtrace.base.errors import Problem, UserError
from trialtrace.report.installation.line import HINDERS, OK, Line
from trialtrace.report.installation.packages import canonical

if TYPE_CHECKING:
    from packaging.version import Version

ECOSYSTEM = "PyPI"
# Of an archive, unpacked.
LARGEST = 2 << 30


class Range(TypedDict, total=False):
    """A range of versions by its events: introduced, fixed, last_affected."""

    type: str
    events: list[dict[str, str]]


class Affected(TypedDict, total=False):
    """A package of an advisory, with ranges of versions and single ones."""

    package: dict[str, str]
    ranges: list[Range]
    versions: list[str]


class Entry(TypedDict, total=False):
    """An advisory, as far as it is read."""

    id: str
    aliases: list[str]
    summary: str
    details: str
    modified: str
    withdrawn: str
    affected: list[Affected]


def advisories(path: Path, there: Mapping[str, tuple[str, Path]]) -> Iterator[Line]:
    """A line for each advisory that names the version of a package that is installed."""
    entries = read_advisories(path)
    told = 0
    for entry in sorted(entries, key=lambda entry: str(entry.get("id"))):
        for name, version, fixed in _hit(entry, there):
            told += 1
            names = ", ".join(map(str, [entry["id"], *entry.get("aliases", [])]))
            summary = str(entry.get("summary") or entry.get("details") or "").split("\n")[0]
            do = (
                f"a version from {fixed} on: make lock UPGRADE=--upgrade"
                if fixed
                else "no version mends it"
            )
            yield Line(name, HINDERS, f"{version}: {names}: {summary[:200]}", do)
    newest = max((str(entry.get("modified", "")) for entry in entries), default="")[:10]
    found = (
        f"{len(entries)} of {path.name}, the newest of {newest or 'no date'}; {len(there)} packages"
    )
    yield Line("advisories", HINDERS if told else OK, f"{found}, {told or 'none'} named")


def read_advisories(path: Path) -> list[Entry]:
    """The advisories of a file. Raises UserError where it has none, or is of another form."""
    try:
        content = path.read_bytes()
        if content.startswith(b"PK"):
            documents = list(_unpacked(content, str(path)))
        else:
            documents = [json.loads(content)]
    except OSError as error:
        raise UserError(str(path), f"cannot be read: {error.strerror}") from None
    except (ValueError, zipfile.BadZipFile) as error:
        raise UserError(_other(path, f"no JSON: {error}")) from None
    entries: list[Entry] = []
    for entry in (entry for document in documents for entry in _entries(document)):
        if not _is_entry(entry):
            raise UserError(_other(path, f"an entry that is none: {json.dumps(entry)[:80]}"))
        entries.append(entry)
    if not entries:
        raise UserError(_other(path, "no advisory"))
    return [entry for entry in entries if not entry.get("withdrawn")]


def _is_entry(entry: object) -> TypeGuard[Entry]:
    """Whether it has what is read of it, in OSV's form."""
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        return False
    affected = entry.get("affected", [])
    return isinstance(affected, list) and all(
        isinstance(each, dict) and isinstance(each.get("package"), dict) for each in affected
    )


def _unpacked(content: bytes, place: str) -> Iterator[object]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise UserError(place, found="an archive that unpacks to more than 2 GiB")
        for name in archive.namelist():
            if name.endswith(".json"):
                yield json.loads(archive.read(name))


def _entries(document: object) -> Sequence[object]:
    """Those of a list, of an answer of OSV's query (`vulns`), or the only one."""
    if isinstance(document, dict) and "vulns" in document:
        document = document["vulns"]
    return document if isinstance(document, list) else [document]


def _other(path: Path, found: str) -> Problem:
    return Problem(
        str(path),
        found=found,
        expected="advisories in OSV's form: one, a list, `vulns`, or an archive of such files",
        do="fetch OSV's archive of PyPI (all.zip) where there is a network",
    )


def _hit(entry: Entry, there: Mapping[str, tuple[str, Path]]) -> Iterator[tuple[str, str, str]]:
    """Name, installed version and first mended version of each package that is affected."""
    for affected in entry.get("affected", []):
        package = affected.get("package", {})
        name = canonical(str(package.get("name", "")))
        if package.get("ecosystem") != ECOSYSTEM or name not in there:
            continue
        version = there[name][0]
        ranges = [each for each in affected.get("ranges", []) if each.get("type") == "ECOSYSTEM"]
        listed = {_parsed(text) for text in affected.get("versions", [])}
        if _parsed(version) in listed or any(_within(version, each) for each in ranges):
            yield name, version, _fixed(version, ranges)


def _within(version: str, span: Range) -> bool:
    """Whether a version lies in a range: the last event that is not after it decides."""
    at = _parsed(version)
    within = False
    events = [
        (_parsed(text), kind) for event in span.get("events", []) for kind, text in event.items()
    ]
    for since, kind in sorted(events, key=lambda event: (event[0], event[1] == "introduced")):
        if kind == "introduced" and since <= at:
            within = True
        elif (kind == "fixed" and since <= at) or (kind == "last_affected" and since < at):
            within = False
    return within


def _fixed(version: str, ranges: Sequence[Range]) -> str:
    """The first version after this one in which it is mended; empty where none is."""
    fixes = [
        event["fixed"] for each in ranges for event in each.get("events", []) if "fixed" in event
    ]
    after = [text for text in fixes if _parsed(text) > _parsed(version)]
    return min(after, key=_parsed, default="")


def _parsed(text: str) -> "Version":
    """A version in the order of PEP 440; what is none comes before all others."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version("0.dev0" if text == "0" else text)
    except InvalidVersion:
        return Version("0.dev0")
