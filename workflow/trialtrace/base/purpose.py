"""What a run is for: the analysis, a blinded review, or a report to a monitoring committee."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from trialtrace.base.errors import UserError
from trialtrace.base.stamp import PERMUTED, Stamp

Kind = Literal["analysis", "blinded", "open", "closed"]
_AT_CUT = re.compile(r"(open|closed) (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Purpose:
    """A run under another purpose than the analysis has a folder of its own, is stamped, and holds
    no printed number against its results. `cut` is the last day of what an open report, of all
    arms together, and a closed one, by arm, know."""

    kind: Kind = "analysis"
    cut: str | None = None

    @property
    def text(self) -> str:
        """ "blinded", "open 2020-06-30": as the folder of the run and Snakemake have it."""
        return f"{self.kind} {self.cut}" if self.cut else self.kind

    @property
    def hides_arms(self) -> bool:
        """Whether who has its results must not come to know who had which arm."""
        return self.kind in ("blinded", "open")

    @property
    def stamp(self) -> Stamp | None:
        if self.kind == "analysis":
            return None
        if self.kind == "blinded":
            return PERMUTED
        arms = "all arms together" if self.kind == "open" else "by arm: for the committee alone"
        what = f"{self.kind.capitalize()} report, data to {self.cut}"
        return Stamp(f"{what}, {arms}", f"{what}, {arms}", f"{self.kind.upper()}, {self.cut}")


ANALYSIS = Purpose()


def purpose_of(text: str) -> Purpose:
    """The purpose that a text says. Raises UserError for one that says none."""
    if text in ("", "analysis"):
        return ANALYSIS
    if text == "blinded":
        return Purpose("blinded")
    at_cut = _AT_CUT.fullmatch(text)
    if at_cut and is_date(at_cut[2]):
        return Purpose("open" if at_cut[1] == "open" else "closed", at_cut[2])
    raise UserError("purpose", found=text, expected="blinded, or open or closed and a day")


def is_date(text: str) -> bool:
    """Whether a text is a day such as 2026-11-20."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
