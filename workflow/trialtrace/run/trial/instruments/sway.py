"""Balance: path and area of the centre of pressure, by the device or from its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from trialtrace.base.config.references import NumberColumn
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.instruments.declaration import Instrument, Item, Scale
from trialtrace.run.trial.instruments.shared import (
    AtVisits,
    Labelled,
    ScoredItems,
    ScoredRows,
    SeveralScales,
)

if TYPE_CHECKING:
    import numpy as np

_ANY = float("inf")
COVERAGE = 0.95

INSTRUMENT = Instrument(
    title="Sway of the centre of pressure",
    rule="Path length per second and area of the 95 % ellipse. From the device's summary "
    "(`items`), or from traces with a row a sample (`time` in s, `x` and `y` in mm): path is the "
    "sum of the distances of successive samples over the time from the first to the last; area is "
    "pi x c x the root of the determinant of the sample covariance of x and y, where c is the 95 % "
    "quantile of chi-squared with 2 degrees of freedom (`ellipse: chi_squared`, the population's "
    "ellipse) or 2 (n + 1) (n - 1) / (n (n - 2)) x the 95 % quantile of F(2, n - 2) (`ellipse: "
    "prediction`, a further sample's).",
    missing="A trace with a missing time, x or y, or with fewer than three samples gives no value; "
    "nor do two samples at one time.",
    source="Schubert & Kirchner, Gait Posture 2014;39:518-522; Prieto et al., IEEE Trans Biomed "
    "Eng 1996;43:956-966",
    items={
        "path": Item(0, _ANY, whole=False, units=("mm/s",)),
        "area": Item(0, _ANY, whole=False, units=("mm²",)),
    },
    scales=(
        Scale("path", "P", "path per second", 0, None, "worse", unit="mm/s", items=("path",)),
        Scale("area", "E", "95 % ellipse area", 0, None, "worse", unit="mm²", items=("area",)),
    ),
)


@shape(by="items")
class SwaySummary(Labelled, ScoredItems, AtVisits, SeveralScales):
    """Sway by the device's summary."""

    declared = INSTRUMENT


@shape
class SwayTraces(Labelled, ScoredRows, AtVisits, SeveralScales):
    """Sway from traces, a row a sample."""

    declared = INSTRUMENT

    time: NumberColumn = key("Column of the time in seconds.")
    x: NumberColumn = key("Column of the sideways position in mm.")
    y: NumberColumn = key("Column of the forward position in mm.")
    ellipse: Literal["chi_squared", "prediction"] = key("Quantile of the ellipse.")

    @property
    def every_scale(self) -> tuple[Scale, ...]:
        """From traces the scores have no items."""
        return tuple(
            Scale(scale.name, scale.suffix, scale.label, 0, None, "worse", unit=scale.unit)
            for scale in INSTRUMENT.scales
        )

    def trace(
        self, record: np.ndarray, size: int, time: np.ndarray, x: np.ndarray, y: np.ndarray
    ) -> dict[str, np.ndarray]:
        """Path per second and ellipse area of each record's samples; NaN where there is none.

        `record` is the record, from 0 to `size` - 1, of each sample; `time` in s, `x`, `y` in mm.
        """
        import numpy as np

        order = np.lexsort((time, record))
        record, time, x, y = (column[order] for column in (record, time, x, y))
        count = np.bincount(record, minlength=size)
        same = record[1:] == record[:-1]
        lapse = np.diff(time)[same]
        steps = np.hypot(np.diff(x), np.diff(y))[same]
        length = np.bincount(record[1:][same], weights=steps, minlength=size)
        duration = np.bincount(record[1:][same], weights=lapse, minlength=size)
        broken = ~np.isfinite(time) | ~np.isfinite(x) | ~np.isfinite(y)
        bad = np.bincount(record, weights=broken, minlength=size) > 0
        bad[record[1:][same][lapse == 0]] = True
        bad |= count < 3
        with np.errstate(divide="ignore", invalid="ignore"):
            path = np.where(bad, np.nan, length / duration)
            area = np.where(bad, np.nan, _area(record, x, y, count, size, self.ellipse))
        return {"path": path, "area": area}


ENTRY = SwaySummary | SwayTraces


def _area(
    record: np.ndarray, x: np.ndarray, y: np.ndarray, count: np.ndarray, size: int, ellipse: str
) -> np.ndarray:
    """Area of the ellipse from the sample covariance (divisor n - 1) of centred samples."""
    import numpy as np

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(record, weights=values, minlength=size)

    x, y = x - (total(x) / count)[record], y - (total(y) / count)[record]
    xx, yy, xy = (total(a * b) / (count - 1) for a, b in ((x, x), (y, y), (x, y)))
    root = np.sqrt(np.maximum(xx * yy - xy**2, 0))
    return np.pi * _quantile(count, ellipse) * root


def _quantile(count: np.ndarray, ellipse: str) -> np.ndarray | float:
    """The squared radius of the ellipse; with 2 degrees of freedom both quantiles are closed."""
    import numpy as np

    beyond = 1 - COVERAGE
    if ellipse == "chi_squared":
        return -2 * np.log(beyond)
    n = count.astype(np.float64)
    f = (n - 2) / 2 * (beyond ** (-2 / (n - 2)) - 1)
    return 2 * (n + 1) * (n - 1) / (n * (n - 2)) * f
