"""A change of configuration is told by its key, its values and its lines."""

from trialtrace.base.config.changes import configuration_changes

PLAN = b"""\
confidence: 0.95
analyses:
  pain:
    label: Pain
    tests: [{welch_t: {sides: two_sided}}]
"""
REORDERED = b"""\
# A remark.
analyses:
  pain:
    tests: [{welch_t: {sides: "two_sided"}}]
    label: Pain
confidence: 0.95
"""


def changes(old: bytes, new: bytes, file: str = "config/trials/t/plan.yaml"):
    found = configuration_changes({file: old}, {file: new})
    return [(one.place, one.old, one.new) for one in found]


def test_a_value_with_its_line():
    new = PLAN.replace(b"0.95", b"0.9").replace(b"two_sided", b"greater")
    assert changes(PLAN, new) == [
        ("config/trials/t/plan.yaml:1 confidence", "0.95", "0.9"),
        (
            "config/trials/t/plan.yaml:5 analyses.pain.tests.0.welch_t.sides",
            "'two_sided'",
            "'greater'",
        ),
    ]


def test_a_key_that_is_new_or_gone():
    new = PLAN.replace(b"    label: Pain\n", b"    role: primary\n")
    assert changes(PLAN, new) == [
        ("config/trials/t/plan.yaml:4 analyses.pain.role", None, "'primary'"),
        ("config/trials/t/plan.yaml:4 analyses.pain.label", "'Pain'", None),
    ]


def test_order_remarks_and_quotes_are_no_change():
    assert changes(PLAN, REORDERED) == []


def test_a_row_of_a_dictionary():
    old, new = b"variable,unit\nage,years\nbmi,kg\n", b"variable,unit\nage,months\nbmi,kg\n"
    assert changes(old, new, "dictionary.csv") == [
        ("dictionary.csv:2 age", "['age', 'years']", "['age', 'months']")
    ]


def test_a_file_that_was_empty_has_no_key_of_its_own():
    old, new = {"cleaning.yaml": b"{}\n"}, {"cleaning.yaml": b"tables: {a: {}}\n"}
    assert [one.path for one in configuration_changes(old, new)] == [("tables", "a")]
