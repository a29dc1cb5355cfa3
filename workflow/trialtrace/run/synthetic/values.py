"""Values of a quantity while a cohort is drawn: plain arrays, and which of them are known."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

NUMBER, INTEGER, CATEGORY, DATE = "number", "integer", "category", "date"
NO, YES = 0, 1
YES_NO = ("no", "yes")


@dataclass(frozen=True)
class Values:
    """One value a row. `data` is float64, int64 (integer, days since 1970) or codes of `labels`."""

    kind: str
    data: np.ndarray
    known: np.ndarray
    labels: tuple[str, ...] = ()

    def take(self, rows: np.ndarray) -> "Values":
        return Values(self.kind, self.data[rows], self.known[rows], self.labels)

    def within(self, known: np.ndarray) -> "Values":
        """The same, missing where `known` is false."""
        return Values(self.kind, self.data, self.known & known, self.labels)

    @property
    def numbers(self) -> np.ndarray:
        """float64, NaN where it is missing."""
        return np.where(self.known, self.data, np.nan).astype(np.float64)

    def coded(self) -> tuple[np.ndarray, tuple[str, ...]]:
        """Codes and labels of the values, -1 where missing; whole numbers by their digits."""
        if self.kind == CATEGORY:
            return np.where(self.known, self.data, -1), self.labels
        found, codes = np.unique(self.data[self.known], return_inverse=True)
        whole = np.full(len(self.data), -1)
        whole[self.known] = codes
        return whole, tuple(f"{value:g}" for value in found.tolist())

    def is_yes(self) -> np.ndarray:
        codes, labels = self.coded()
        return codes == (labels.index("yes") if "yes" in labels else -2)

    def to_arrow(self) -> pa.Array:
        missing = ~self.known
        if self.kind == CATEGORY:
            codes = pa.array(self.data.astype(np.int32), mask=missing)
            names = pa.array(list(self.labels), type=pa.string())
            return pa.DictionaryArray.from_arrays(codes, names).cast(pa.string())
        if self.kind == DATE:
            return pa.array(self.data.astype(np.int32), mask=missing).cast(pa.date32())
        kind = pa.int64() if self.kind == INTEGER else pa.float64()
        data = np.where(missing, 0, self.data)
        return pa.array(
            data.astype(np.int64 if self.kind == INTEGER else np.float64), kind, missing
        )


def yes_no(yes: np.ndarray, known: np.ndarray) -> Values:
    return Values(CATEGORY, yes.astype(np.int64), known, YES_NO)


def number(data: np.ndarray, known: np.ndarray, step: float | None = None) -> Values:
    """A number; one recorded in whole steps of a whole number is an integer."""
    known = known & np.isfinite(data)
    if step is not None and float(step).is_integer():
        return Values(INTEGER, np.where(known, data, 0).astype(np.int64), known)
    return Values(NUMBER, np.where(known, data, np.nan), known)
