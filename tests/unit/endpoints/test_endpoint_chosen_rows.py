"""Variables of subjects from chosen rows of a long table, and the arm from a table of its own."""

from tiny_trial import tiny

from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.model import Variable

TABLES = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  visits: {of: visits, key: [id, month], subject: id}
"""
START = "{column: status, table: visits, where: {month: {is: 0}}}"
SUBJECTS = f"{TABLES}subjects: {{table: patients, variables: {{start: {START}}}}}"


def test_chosen_rows_may_have_a_name_of_their_own():
    """The label of the column is that of all its rows."""
    named = SUBJECTS.replace("{column: status", "{label: Status at entry, column: status")
    column = Variable("status", "visits", "text", "Status")
    for given, told in ((SUBJECTS, "Status"), (named, "Status at entry")):
        trial = tiny(trial=given)
        trial.dictionary["visits"] = {"status": column}
        assert variable_label(trial, "start") == told
