"""How a journal writes numbers: p-values, and the decimals of means by their standard deviation.

A plan names one by `style`; without it a report writes numbers as `SHOWN` says. Results are stored
as `PLAIN` says, which is also how the audit compares them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import floor, log10

# Statistics that describe values on their own scale, and differences of these.
OF_ORDER = {"median", "q1", "q3", "minimum", "maximum"}
DESCRIBED = {"mean", "sd", *OF_ORDER}


@dataclass(frozen=True)
class Style:
    """A way to write numbers.

    A p below `least` is "<0.001"; one above `most`, or that would read as 1 and is none, is
    ">0.99". It has two decimals from 0.01, three below, and more where it would else read as 0.05,
    which it is not; where it is `fine` it has three below 0.1. `zero` is the zero before the
    decimal point of a p. `places` are the decimals of what describes values, told by `places_of`,
    `ordered` those of medians and quartiles where these have their own.
    Numbers needed to treat are whole unless `fine`.
    """

    name: str
    zero: bool = True
    least: float = 0.001
    most: float = 1
    places: int | None = None
    ordered: int | None = None
    fine: bool = False

    def places_for(self, stat: str, values: Iterable[float | None] = ()) -> int | None:
        """Decimals of a statistic on the scale of the values: a difference has one more than a
        mean, up to two; beyond where one of `values`, it and its bounds, would read as none."""
        if self.ordered is not None and stat in OF_ORDER:
            return self.ordered
        if self.places is None:
            return None
        if stat in DESCRIBED:
            return self.places
        few = max(self.places, min(self.places + 1, 2))
        return self.places + 1 if any(one and not round(one, few) for one in values) else few


PLAIN = Style("plain", least=0.0001, fine=True)
# Reports of a plan without a style: as stored, but that no p reads as 1 which is none.
SHOWN = replace(PLAIN, name="shown")
# NEJM: its statistical guidelines for authors (2019). JAMA: AMA Manual of Style, 11th
# edition. BMJ: exact values, P<0.001 the least, as SAMPL asks (Lang and Altman 2013).
STYLES = {
    style.name: style
    for style in (Style("nejm"), Style("jama", zero=False, most=0.99), Style("bmj"))
}


def style_of(row: Mapping[str, object]) -> Style:
    """The style that the results of a plan carry; PLAIN for a row as it is stored."""
    data = row.get("style")
    return data if isinstance(data, Style) else PLAIN


def places_of(sd: float) -> int:
    """Decimals at which a standard deviation has two figures: 0 for 13.49, 1 for 8.60, 2 for 0.51.

    Never below 0, nor above 6. The rule: Cole 2015, Arch Dis Child 100:608.

    >>> [places_of(sd) for sd in (132.0, 13.49, 9.96, 8.6, 0.51)]
    [0, 0, 0, 1, 2]
    """
    place = 1 - floor(log10(sd))
    if round(sd, place) >= 10 ** (2 - place):
        place -= 1
    return min(max(place, 0), 6)
