"""What was registered: numbers of patients, days, outcomes with their time frames."""

import re
from datetime import date

from trialtrace.audit.reading.registry.record import Entry, entries, entry, text

_TIME = re.compile(
    r"(?:(?:up to|at|after|through|within|by) )?"
    r"(?:(?P<before>day|week|month|year)s? (?P<count>[0-9]+)|"
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)[ -](?P<unit>day|week|month|year)s?)",
    re.IGNORECASE,
)
_DAY = re.compile(r"(19|20)[0-9]{2}(-[0-9]{2}){0,2}")
RANKS = {"PRIMARY": "primary", "SECONDARY": "secondary"}


def time_of(frame: str) -> dict[str, str] | None:
    """A time frame as one length of time; None where its words say more, or something else."""
    match = _TIME.fullmatch(frame.strip())
    if match is None:
        return None
    unit = (match["unit"] or match["before"]).lower()
    return {"value": match["number"] or match["count"], "unit": f"{unit}s"}


def design_of(protocol: Entry) -> dict[str, object]:
    """Number, days and patients of the registration; what was only expected is no day of it."""
    status = entry(protocol, "statusModule")
    days = {
        "first": text(status, "studyFirstSubmitDate"),
        "changed": text(status, "lastUpdateSubmitDate"),
        "begin": _actual(status, "startDateStruct"),
        "completed": _actual(status, "completionDateStruct"),
    }
    design: dict[str, object] = {"number": text(entry(protocol, "identificationModule"), "nctId")}
    design |= {name: day for name, day in days.items() if _is_day(day)}
    enrolment = entry(protocol, "designModule", "enrollmentInfo")
    if text(enrolment, "type") == "ESTIMATED" and re.fullmatch(
        "[1-9][0-9]{0,5}", text(enrolment, "count")
    ):
        design["planned"] = text(enrolment, "count")
    return design


def _is_day(text: str) -> bool:
    """Whether it is a day, a month or a year."""
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(f"{text}-01-01"[:10]))
    except ValueError:
        return False


def _actual(status: Entry, name: str) -> str:
    struct = entry(status, name)
    return "" if text(struct, "type") == "ESTIMATED" else text(struct, "date")


def outcome_of(name: str, frame: str) -> dict[str, object]:
    """An outcome of a design, with its time, or the words of its time frame."""
    time = time_of(frame)
    words: dict[str, object] = {"frame": frame} if frame and time is None else {}
    return {"outcome": name} | ({"time": time} if time else {}) | words


def registered_outcomes(protocol: Entry, rank: str) -> list[tuple[str, str]]:
    """(measure, time frame) of each registered outcome of a rank."""
    module = entry(protocol, "outcomesModule")
    return [
        (text(each, "measure"), text(each, "timeFrame"))
        for each in entries(module, f"{rank}Outcomes")
        if text(each, "measure")
    ]
