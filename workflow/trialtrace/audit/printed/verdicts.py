"""Columns of the claims table that hold states, the states in them, and their words."""

DATA, PRINT = "against_data", "on_print"
COLUMNS = {DATA: "against the data", PRINT: "internal consistency"}
"""The two states of a component, which are never counted together."""
FINDINGS = {DATA: "data_finding", PRINT: "print_finding"}
MORE = {DATA: "data_more", PRINT: "print_more"}
"""The second line of a state: the question, what a search found, or what to correct."""
NOT_TIED, DIFFERS, OTHER_CHOICE = "not_tied", "differs", "other_choice"
EQUALS, NO_RESULT = "equals", "no_result"
CONTRADICTS, QUESTION, HOLDS, NOT_CHECKED = "contradicts", "question", "holds", "not_checked"
FAILS = (NOT_TIED, DIFFERS, CONTRADICTS)
"""States that fail a build. What is not tied is an error of the ledger."""
SHOWN = {
    NOT_TIED: "not tied to a result",
    DIFFERS: "differs",
    CONTRADICTS: "contradicts",
    OTHER_CHOICE: "equals by another choice",
    QUESTION: "question",
    EQUALS: "equals",
    HOLDS: "holds",
    NO_RESULT: "no result",
    NOT_CHECKED: "not checked",
}
"""Each state in words, from the worst on."""
WORST_FIRST = tuple(SHOWN)
UNCHECKED = "Nothing was checked: no other number in the ledger decides it."
SYNTHETIC = "The data are synthetic."
"""Why a number has no result where no more is to be said of it."""
OLD_WORDS = {
    DATA: {
        "exact": EQUALS,
        "compatible": EQUALS,
        "alternative": OTHER_CHOICE,
        "not_checkable": NO_RESULT,
    },
    PRINT: {
        "inconsistent": CONTRADICTS,
        "alternative": QUESTION,
        "exact": HOLDS,
        "compatible": HOLDS,
        "used": HOLDS,
        "not_checkable": NOT_CHECKED,
    },
}
"""What version 2 of the data contracts calls a state; its other words are today's."""
OF_COLUMN = {
    DATA: (NOT_TIED, DIFFERS, OTHER_CHOICE, EQUALS, NO_RESULT),
    PRINT: (CONTRADICTS, QUESTION, HOLDS, NOT_CHECKED),
}
