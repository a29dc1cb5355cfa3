"""Columns of the claims table that hold verdicts, the verdicts in them, and their words."""

DATA, PRINT = "against_data", "on_print"
COLUMNS = {DATA: "against the data", PRINT: "on print"}
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
    "used": "used",
    "not_checkable": "not checkable",
}
WORST_FIRST = tuple(SHOWN)
MEANS = {
    DATA: {
        "not_tied": "no single result answers it",
        "differs": "the data give another number",
        "alternative": "another test, method, set of patients or rounding gives it",
        "compatible": "the data lie among the values that are printed",
        "exact": "the planned analysis prints as printed",
        "not_checkable": "nothing in the data decides it, or the data are synthetic",
    },
    PRINT: {
        "inconsistent": "it contradicts other printed numbers, or lacks what it rests on",
        "alternative": "another test, method or rounding than the stated one gives it",
        "compatible": "it is among the values that the other numbers allow",
        "exact": "it follows from the other numbers",
        "used": "it took part in the check of another number",
        "not_checkable": "no other number decides it",
    },
}
"""What each verdict says of a printed number."""
OF_COLUMN = {
    DATA: ("not_tied", "differs", "alternative", "compatible", "exact", "not_checkable"),
    PRINT: ("inconsistent", "alternative", "compatible", "exact", "used", "not_checkable"),
}
