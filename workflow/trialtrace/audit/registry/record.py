"""A record of ClinicalTrials.gov as mappings, lists and texts, in the form of its interface's
version 2."""

import json
import re
from collections.abc import Iterator, Mapping

from trialtrace.base.errors import Problem, UserError

Entry = Mapping[str, object]
LONGEST = 2000
"""Characters of a text; the registry's own limits are below."""
OF_VERSION_1 = frozenset({"FullStudiesResponse", "FullStudies", "FullStudy", "Study"})
NUMBERS = ("value", "spread", "lowerLimit", "upperLimit", "num")
LISTS = {
    *("groups", "periods", "milestones", "achievements", "dropWithdraws", "reasons", "measures"),
    *("denoms", "counts", "classes", "categories", "measurements", "outcomeMeasures", "analyses"),
    *("eventGroups", "seriousEvents", "otherEvents", "stats"),
}
"""What of results is a list of entries."""


def read_record(content: bytes, place: str) -> Entry:
    """The record in a JSON file. Raises UserError for a file that has none, or several."""
    try:
        data = json.loads(content, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise _refused(place, f"JSON that cannot be read: {type(error).__name__}") from None
    if isinstance(data, dict) and isinstance(data.get("studies"), list):
        data = data["studies"]
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    if isinstance(data, list) and data:
        kind = f"a list of {len(data)} records"
        raise _refused(place, kind, "save one entry of the list as a file of its own")
    if isinstance(data, dict) and OF_VERSION_1 & set(data):
        kind = f"a record of version 1 of the interface ({min(OF_VERSION_1 & set(data))})"
        raise _refused(place, kind, "take the record anew, from version 2 of the interface")
    return one_record(data, place)


def one_record(data: object, place: str) -> Entry:
    """A record that has a number. Raises UserError for another thing."""
    if not isinstance(data, dict) or not isinstance(data.get("protocolSection"), dict):
        raise _refused(place, "JSON without a protocolSection")
    if not text(entry(data, "protocolSection", "identificationModule"), "nctId"):
        raise _refused(place, "a record without its number (identificationModule.nctId)")
    return data


def _refused(place: str, found: str, do: str | None = None) -> UserError:
    return UserError(
        Problem(
            place,
            found=found,
            expected="one record of ClinicalTrials.gov, as version 2 of its interface gives it "
            "(protocolSection and, with results, resultsSection)",
            do=do,
        )
    )


def entry(of: Entry, *path: str) -> Entry:
    """What stands at a path; an empty mapping where nothing does."""
    for name in path:
        step = of.get(name) if isinstance(of, Mapping) else None
        of = step if isinstance(step, Mapping) else {}
    return of


def entries(of: Entry, name: str) -> list[Entry]:
    """The mappings of a list; none where there is no list."""
    every = of.get(name)
    return [each for each in every if isinstance(each, Mapping)] if isinstance(every, list) else []


def text(of: Entry, name: str) -> str:
    """A text on one line; "" where there is none."""
    value = of.get(name)
    if not isinstance(value, str):
        return ""
    # Half of a surrogate pair, which JSON can hold, cannot be written to a ledger.
    plain = " ".join(value.encode("utf-8", "replace").decode().split())
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


def misshapen(of: Entry, place: str) -> Iterator[str]:
    """The places of results where there is something else than the interface has there."""
    for name, value in of.items():
        if name in LISTS and value is not None:
            for at, each in enumerate(value if isinstance(value, list) else [value], 1):
                if isinstance(value, list) and isinstance(each, Mapping):
                    yield from misshapen(each, f"{place}.{name}.{at}")
                else:
                    yield f"{place}.{name}"
        elif isinstance(value, Mapping | bool) or (name.startswith(NUMBERS) and value is None):
            yield f"{place}.{name}"


def texts(of: Entry) -> dict[str, str]:
    """Everything of an entry that is a text."""
    return {name: text(of, name) for name, value in of.items() if isinstance(value, str) and value}


def whole(of: Entry, name: str) -> int | None:
    """A number of patients or events; None for what is none."""
    value = text(of, name).replace(",", "")
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None


def by_group(every: list[Entry], name: str) -> Iterator[tuple[str, int]]:
    """(group, number) of each entry that has a number."""
    for each in every:
        value = whole(each, name)
        if value is not None:
            yield text(each, "groupId"), value
