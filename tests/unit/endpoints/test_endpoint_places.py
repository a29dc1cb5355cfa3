"""Visits, locations and sides: several records of a subject at one visit."""

from tiny_trial import refused, tiny

APART = """
design:
  kind: crossover
  arms: {new: {label: N, code: "1"}, old: {label: O, code: "0", control: true}}
  randomisation: {scheme: simple}
tables:
  patients: {of: raw, key: [id], subject: id}
  given: {of: raw2, key: [id, period], subject: id, arm: drug}
  exam: {of: raw3, key: [id, period], subject: id, arm_of: {table: given, by: [period]}}
populations: {all: {label: All, flag: ALLFL, where: {id: present}}}
"""
IN_PERIODS = """
grip: {label: Grip, code: GRIP, kind: measure, table: exam, column: kg,
       location: {column: period, labels: {"1": first, "2": second}}}
mean: {label: Mean, code: MEAN, kind: aggregate, table: exam, column: kg, statistic: mean,
       location: {column: period, labels: {"1": first, "2": second}}}
"""


def test_a_record_of_two_treatments_of_another_table_is_refused(tmp_path):
    mixed = IN_PERIODS.split("mean:")[1]
    text = "mean:" + mixed.split(",\n       location")[0] + "}\n"
    given = "id period drug\na 1 1\na 2 0"
    exam = "id period kg:integer\na 1 30\na 2 20"
    told = refused(tiny(text, trial=APART), tmp_path, patients="id\na", given=given, exam=exam)
    assert "made of rows with different treatments" in told
