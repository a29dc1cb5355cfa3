"""A number that nothing is held against: which fact of it lacks, said once a column."""

import pytest

from trialtrace.cli import main

HEAD = """papers: {paper: "A paper"}
groups:
  a: {label: "A", randomised: "20"}
  b: {label: "B", randomised: "20"}
  c: {label: "C"}
outcomes:
  pain: {label: "Pain"}
claims:
"""
VALUES = [
    ("start", 2, "mean (SD) 5.1 (2.0)", 'group: a, visit: "Baseline"'),
    ("end", 3, "mean (SD) 4.1 (2.1)", 'group: a, visit: "Week 12"'),
]


def audited(tmp_path, capsys, claims):
    """What is told of claims of table 2, each in a row of its own."""
    text = HEAD
    for row, (name, column, printed, about) in enumerate(claims, 3):
        text += f'  {name}:\n    from: "paper"\n    place: "table 2, row {row}, column {column}"\n'
        text += f'    label: "Pain"\n    printed: "{printed}"\n'
        text += f"    about: {{outcome: pain, {about}}}\n"
    file = tmp_path / "ledger.yaml"
    file.write_text(text, encoding="utf-8")
    main(["audit", str(file)])
    return " ".join(capsys.readouterr().out.split())


LACKS = "give its visit; it is then held against the numbers at “Baseline”, “Week 12”."


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ("group: a, change: true", LACKS),
        ('group: a, change: true, visit: "Week 12"', ""),
        ("group: b, change: true", ""),
        ("compare: [a, b]", LACKS),
        ("measure: difference", "give its group, or the two that it compares."),
    ],
)
def test_what_lacks_is_told_once_a_column(tmp_path, capsys, about, told):
    printed = "mean -1.0" if "change" in about else "difference -1.0"
    more = [(f"c{k}", 4, printed, about) for k in range(3)]
    found = audited(tmp_path, capsys, [*VALUES, *more])
    assert ("table 2, column 4, 3 numbers: Nothing was checked: " + told in found) == bool(told)
    assert found.count("Nothing was checked: give") == bool(told)


def test_with_its_visit_it_is_checked(tmp_path, capsys):
    """5.1 less 1.0 is 4.1."""
    change = ("change", 4, "mean -1.0", 'group: a, change: true, visit: "Week 12"')
    assert "holds" in audited(tmp_path, capsys, [*VALUES, change])


@pytest.mark.parametrize(("numbers", "each"), [(3, 1), (2, 2)])
def test_the_same_reason_in_a_column_is_told_once(tmp_path, capsys, numbers, each):
    """Of C no number of patients is known."""
    means = [
        (f"s{k}", 2, "mean (SD) 5.1 (2.0)", f'group: c, visit: "day {k}"') for k in range(numbers)
    ]
    found = audited(tmp_path, capsys, means)
    assert found.count("How many patients are behind it?") == each
    assert ("table 2, column 2, 3 numbers: " in found) == (numbers == 3)
