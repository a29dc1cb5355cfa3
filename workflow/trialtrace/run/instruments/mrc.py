"""Medical Research Council grades of muscle strength."""

from typing import TYPE_CHECKING, Protocol

from trialtrace.run.instruments.declaration import Instrument, Item, Mistake, Places, Scale

if TYPE_CHECKING:
    from collections.abc import Iterator

HIGHEST = 5

INSTRUMENT = Instrument(
    title="Medical Research Council scale of muscle strength",
    rule="0 to 5 a muscle, ordinal. Codes that are not whole numbers (4-, 4+) have their values "
    "declared in `grades`; nothing is rounded. `summary: each` keeps a record a muscle "
    "(`location`) and side; `sum` and `mean` are taken over the muscles of `location`, for each "
    "side and visit.",
    missing="Missing stays missing; a sum or mean needs all muscles.",
    source="Medical Research Council, Aids to the examination of the peripheral nervous system, "
    "Memorandum no. 45, 1976",
    items={"value": Item(0, HIGHEST, whole=False, codes="grades", numbers=True)},
    scales=(Scale("", "", "grade", 0, HIGHEST, "better", "ordinal", items=("value",)),),
)


class Summary(Protocol):
    """How an entry summarises the muscles of its locations."""

    @property
    def summary(self) -> str: ...

    @property
    def location(self) -> Places | None: ...


def scales(declared: Summary) -> tuple[Scale, ...]:
    """Grades are ordinal; a sum or mean over muscles is taken as a number."""
    summary = declared.summary
    muscles = len(declared.location.labels) if declared.location else 1
    if summary == "each":
        return INSTRUMENT.scales
    high = HIGHEST * muscles if summary == "sum" else HIGHEST
    return (Scale("", "", f"{summary} of grades", 0, high, "better", items=("value",)),)


def joined(declared: Summary) -> tuple[str, ...]:
    """A sum or mean is one record for all locations."""
    return () if declared.summary == "each" else ("location",)


def mistakes(declared: Summary) -> "Iterator[Mistake]":
    if declared.summary != "each" and declared.location is None:
        yield ("summary",), declared.summary, "`location`, the muscles to be summarised"
