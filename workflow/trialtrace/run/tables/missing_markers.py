"""What EDC systems and statistical packages write in place of a value that is missing.

A closed list, each with its source. A marker is no answer: it is declared under `missing` of
cleaning.yaml or asked about.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Markers:
    """The markers of a system: by code what each says, or a pattern; and where that is written."""

    system: str
    source: str
    codes: Mapping[str, str]
    pattern: str = ""


CASTOR_CODES = {
    "-95": "measurement failed",
    "-96": "not applicable",
    "-97": "not asked",
    "-98": "asked but unknown",
    "-99": "not done",
}
_NULL_FLAVOURS = {
    "NI": "no information",
    "INV": "invalid",
    "DER": "derived",
    "OTH": "other",
    "NINF": "negative infinity",
    "PINF": "positive infinity",
    "UNC": "not encoded",
    "MSK": "masked",
    "NA": "not applicable",
    "UNK": "unknown",
    "ASKU": "asked but unknown",
    "NAV": "temporarily unavailable",
    "NASK": "not asked",
    "NAVU": "not available",
    "QI": "insufficient quantity",
    "QS": "sufficient quantity",
    "TRC": "trace",
    "NP": "not present",
    "NPE": "no previous entry",
}
CASTOR = Markers(
    "Castor EDC",
    "https://helpdesk.castoredc.com/article/140-mark-fields-and-steps-as-missing",
    {f"##USER_MISSING_{code[1:]}##": says for code, says in CASTOR_CODES.items()},
)
NULL_FLAVOURS = Markers(
    "REDCap's missing data codes and OpenClinica's null values",
    "ISO 21090 null flavours (HL7); https://kb.wisc.edu/smph/informatics/108107",
    _NULL_FLAVOURS,
)
PACKAGES = Markers(
    "SAS and Stata",
    "SAS 9.4 Language Reference, Missing Values; Stata User's Guide, 12.2.1",
    {},
    r"\.[A-Za-z_]",
)
SDTM = Markers("SDTM", "CDISC SDTM Implementation Guide 3.4, --STAT", {"NOT DONE": "not done"})
SYSTEMS = (CASTOR, NULL_FLAVOURS, PACKAGES, SDTM)
# Words that are also answers (a country, a patient's initials) are markers beside another one.
AMBIGUOUS = frozenset({"NA", "NI", "NP", "QI", "QS", "OTH", "DER", "TRC", "INV"})


def system_of(value: str) -> Markers | None:
    """The system that writes a cell of this text for a missing value; None where none does."""
    for markers in SYSTEMS:
        if value in markers.codes or (markers.pattern and re.fullmatch(markers.pattern, value)):
            return markers
    return None


def markers_among(values: Iterable[str]) -> dict[str, Markers]:
    """Which of some cells are markers; none where all that look so may be answers."""
    found = {value: system for value in values if (system := system_of(value))}
    return {} if found.keys() <= AMBIGUOUS else found
