"""A line of `trialtrace doctor`."""

from dataclasses import dataclass

OK, MISSING, HINDERS = "ok", "missing", "hinders"


@dataclass(frozen=True)
class Line:
    """What was looked at and what was found. `state` is OK; MISSING where a run can do without;
    HINDERS where it cannot, or where it would go wrong. `do` mends it, a command where one can."""

    what: str
    state: str
    found: str
    do: str = ""

    def __str__(self) -> str:
        return f"{self.state:<8}{self.what:<14}{self.found}" + (
            f"\n{'':<22}to do: {self.do}" if self.do else ""
        )


def judged(good: bool, what: str, found: str, do: str, otherwise: str = HINDERS) -> Line:
    """OK where it is good; else in the state `otherwise`, with what mends it."""
    return Line(what, OK, found) if good else Line(what, otherwise, found, do)
