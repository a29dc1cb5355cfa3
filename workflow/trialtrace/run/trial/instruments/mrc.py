"""Medical Research Council grades of muscle strength."""

from collections.abc import Iterator, Mapping
from typing import Literal

from trialtrace.base.config.names import Column, Value
from trialtrace.base.config.spec import Filled, key, optional, shape
from trialtrace.run.trial.instruments.declaration import Instrument, Item, Mistake, Scale
from trialtrace.run.trial.instruments.shared import AtVisits, Labelled, ScoredRows

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


@shape
class Mrc(Labelled, ScoredRows, AtVisits):
    """MRC grades."""

    declared = INSTRUMENT

    column: Column = key("Column of the grade.")
    grades: Filled[Value, float] | None = optional(
        "Value of each code that is no whole number: code, in quotes, to a number from 0 to 5.",
        constant="value of a grade that is no whole number",
    )
    summary: Literal["each", "sum", "mean"] = key(
        "A record a muscle, or the sum or mean over the muscles of `location`."
    )

    @property
    def value_codes(self) -> Mapping[str, float]:
        return self.grades or {}

    @property
    def every_scale(self) -> tuple[Scale, ...]:
        """Grades are ordinal; a sum or mean over muscles is taken as a number."""
        summary = self.summary
        muscles = len(self.location.labels) if self.location else 1
        if summary == "each":
            return INSTRUMENT.scales
        high = HIGHEST * muscles if summary == "sum" else HIGHEST
        return (Scale("", "", f"{summary} of grades", 0, high, "better", items=("value",)),)

    @property
    def joined(self) -> tuple[str, ...]:
        """A sum or mean is one record for all locations."""
        return () if self.summary == "each" else ("location",)

    def mistakes(self) -> Iterator[Mistake]:
        if self.summary != "each" and self.location is None:
            yield ("summary",), self.summary, "`location`, the muscles to be summarised"


ENTRY = Mrc
