"""Variables of ADaM data sets by the conventions of CDISC, where no Define-XML tells of them.

After CDISC ADaM Implementation Guide 1.3, chapter 3: names, controlled values of flags and of CNSR.
"""

import re
from collections.abc import Sequence

from trialtrace.run.drafting.described import Described

BY = "The conventions of ADaM"
SUBJECT = "USUBJID"
# A table with a subject and one of these is a data set of ADaM.
TELLING = ("TRT01P", "TRT01A", "TRTP", "TRTA", "PARAMCD", "TRTEMFL")
LABELS = {
    "STUDYID": "Study Identifier",
    "USUBJID": "Unique Subject Identifier",
    "SUBJID": "Subject Identifier for the Study",
    "SITEID": "Study Site Identifier",
    "AGE": "Age",
    "AGEU": "Age Units",
    "SEX": "Sex",
    "RACE": "Race",
    "ARM": "Description of Planned Arm",
    "ACTARM": "Description of Actual Arm",
    "TRT01P": "Planned Treatment for Period 01",
    "TRT01A": "Actual Treatment for Period 01",
    "TRTP": "Planned Treatment",
    "TRTA": "Actual Treatment",
    "TRTSDT": "Date of First Exposure to Treatment",
    "TRTEDT": "Date of Last Exposure to Treatment",
    "RANDDT": "Date of Randomization",
    "PARAM": "Parameter",
    "PARAMCD": "Parameter Code",
    "AVAL": "Analysis Value",
    "AVALC": "Analysis Value (C)",
    "BASE": "Baseline Value",
    "CHG": "Change from Baseline",
    "PCHG": "Percent Change from Baseline",
    "AVISIT": "Analysis Visit",
    "AVISITN": "Analysis Visit (N)",
    "ADT": "Analysis Date",
    "ADY": "Analysis Relative Day",
    "ABLFL": "Baseline Record Flag",
    "CNSR": "Censor",
    "EVNTDESC": "Event or Censoring Description",
    "STARTDT": "Time to Event Origin Date for Subject",
    "DTYPE": "Derivation Type",
    "SAFFL": "Safety Population Flag",
    "ITTFL": "Intent-To-Treat Population Flag",
    "FASFL": "Full Analysis Set Population Flag",
    "PPROTFL": "Per-Protocol Population Flag",
}
YES_NO = (("Y", "Yes"), ("N", "No"))
CODES = {
    "CNSR": (("0", "Event"), ("1", "Censored")),
    "SEX": (("F", "Female"), ("M", "Male"), ("U", "Unknown")),
}
_FLAG = re.compile(r"[A-Z0-9]{1,6}FL")


def described_by_convention(names: Sequence[str]) -> dict[str, Described]:
    """The columns that the conventions know, where the table is a data set of ADaM."""
    capital = {name.upper(): name for name in names}
    if SUBJECT not in capital or not any(name in capital for name in TELLING):
        return {}
    made = {}
    for name, column in capital.items():
        codes = CODES.get(name) or (YES_NO if _FLAG.fullmatch(name) else ())
        if name in LABELS or codes:
            made[column] = Described(by=BY, label=LABELS.get(name, ""), choices=codes)
    return made
