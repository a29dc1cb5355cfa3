"""Columns of the claims table that hold verdicts, the verdicts in them, and their words."""

DATA, PRINT = "against_data", "on_print"
COLUMNS = {DATA: "against the data", PRINT: "internal consistency"}
"""The two verdicts of a component, which are never counted together."""
FINDINGS = {DATA: "data_finding", PRINT: "print_finding"}
MORE = {DATA: "data_more", PRINT: "print_more"}
"""The second line of a verdict: remarks, what a search found, or what to mend."""
FAILS = ("not_tied", "differs", "inconsistent", "alternative")
"""Verdicts that fail a build."""
# From the worst on. A claim is not checkable only if none of its components is.
SHOWN = {
    "not_tied": "not tied to a result",
    "differs": "differs",
    "inconsistent": "inconsistent",
    "alternative": "by another choice",
    "compatible": "compatible",
    "exact": "exact",
    "used": "used in a check",
    "not_checkable": "not checkable",
}
WORST_FIRST = tuple(SHOWN)
NO_USUAL_INTERVAL = "No usual interval"
"""How a finding begins that contradicts no printed number: no method that was tried gives it."""
UNCHECKED = "Nothing was checked: no other number in the ledger decides it."
SYNTHETIC = "The data are synthetic."
"""Why a number is not checkable where no more is to be said of it."""
OF_COLUMN = {
    DATA: ("not_tied", "differs", "alternative", "compatible", "exact", "not_checkable"),
    PRINT: ("inconsistent", "alternative", "compatible", "exact", "used", "not_checkable"),
}
