"""By which trialtrace a report was made: what it shows of that, and what a run noted of itself.

A report by another version or commit can only be held against the run that made it: what this
version would write tells nothing of it, so it is never called altered for it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

import trialtrace
from trialtrace.report.seal_file import NAME as SEAL
from trialtrace.report.seal_file import VERSION
from trialtrace.report.shown.lines import Line
from trialtrace.report.verify.kept_run import KeptRun
from trialtrace.run.jobs.products import Made, record_path
from trialtrace.run.trace.seal import short_hash

_VERSION = re.compile(r"(?:by|Made by \|?) ?trialtrace (\d[\w.]*\w)")
_CODE = re.compile(r"\b([a-z]+(?:_[a-z]+)*) (?:\| )?([0-9a-f]{16})\b")
# A summary shows the hash of its run and nothing else of its maker.
_RUN = re.compile(r"\b[Rr]un:? ([0-9a-f]{8} [0-9a-f]{8})\b")
# Not shown; the pages of 0.1.0 have no version there.
_GENERATOR = re.compile(rb'<meta name="generator" content="trialtrace(?: ([\w.]+))?">')
FIRST = "0.1.0"
ELSEWHERE = "the archive keeps no run of it here. The project that made it can verify it."


@dataclass(frozen=True)
class Maker:
    """The version that a document shows as its maker, and the hash of the code of each stage.

    A page that shows neither has an empty version and no hashes.
    """

    version: str
    code: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"trialtrace {self.version}" if self.version else "another version of trialtrace"


def maker_of(lines: list[Line]) -> Maker:
    """The maker of a document by its lines."""
    text = " ".join(line.text for line in lines)
    version = _VERSION.search(text)
    return Maker(version[1] if version else "", dict(_CODE.findall(text)))


def of_another_maker(lines: list[Line], kept: list[Line], seal: str | None) -> str | None:
    """Why a document is not the last run's, if it shows that another trialtrace made it.

    `kept` are the lines of the last run's document, `seal` the hash of that run. A document of one
    version and of other code shows the hash of another run too: one of the two alone is altered.
    """
    shown, last = maker_of(lines), maker_of(kept)
    text = " ".join(line.text for line in lines)
    other_run = seal is None or short_hash(seal) not in text
    if shown.version and last.version and shown.version != last.version:
        by = f"made by {shown}, and the last run of this trial by {last}"
    elif other_run and shown.code and last.code and shown.code != last.code:
        by = f"made by {shown} with other code than the last run of this trial"
    elif other_run and not shown.version and (run := _RUN.search(text)):
        by = f"made by the run {run[1]}, which is not the last run of this trial"
    else:
        return None
    return f"{by}; {ELSEWHERE}"


def page_of_another_maker(page: bytes, kept: bytes) -> str | None:
    """The same of a page that shows nothing of its maker, such as a supplement, by its head."""
    shown, last = (_GENERATOR.search(one) for one in (page, kept))
    if not (shown and last) or shown[0] == last[0]:
        return None
    by, of = ((one[1] or FIRST.encode()).decode() for one in (shown, last))
    return (
        f"made by trialtrace {by}, and the last run of this trial by trialtrace {of}; {ELSEWHERE}"
    )


def earlier_version(kept: list[Line]) -> str | None:
    """A note that the run itself was by another version than this one."""
    maker = maker_of(kept)
    if not maker.version or maker.version == trialtrace.__version__:
        return None
    return f"made by {maker}; this is trialtrace {trialtrace.__version__}"


def other_format(run: KeptRun) -> str | None:
    """Why a run's records cannot be compared, if another version wrote them in another format."""
    seal = _object(run.folder / SEAL)
    foreign = [SEAL] if seal and seal.get("version", VERSION) != VERSION else []
    known = {one.name for one in fields(Made)}
    for rule in run.stages:
        path = record_path(rule, run.trial)
        record = _object(run.at.made / path)
        if record.get("rule") == rule and not record.keys() <= known:
            foreign.append(path.rpartition("/")[2])
    if not foreign:
        return None
    return (
        f"made by {noted(run.folder)}, whose {foreign[0]} is of another format than that of "
        f"trialtrace {trialtrace.__version__}. The version that made it can verify it."
    )


def noted(folder: Path) -> str:
    """The version and the commit that a run noted of itself in run.json, which is under no seal."""
    run = _object(folder / "run.json")
    versions, commit = run.get("versions"), run.get("commit")
    version = versions.get("trialtrace") if isinstance(versions, dict) else None
    maker = Maker(str(version or ""))
    return f"{maker} (commit {str(commit)[:9]})" if commit else str(maker)


def _object(path: Path) -> dict[str, object]:
    """The object in a JSON file; empty where there is none."""
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
