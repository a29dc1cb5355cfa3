"""Events: 1, 0, or missing; from a row or from another endpoint."""

from tiny_trial import derived, edges, refused, shown, tiny

ILL = """
ill: {label: Ill, code: ILL, kind: event, table: patients, event: {fever: {is: "yes"}}}
"""


def test_missing_is_never_no(tmp_path):
    tables = derived(tiny(ILL), tmp_path, patients="id rx fever\na 1 yes\nb 0 no\nc 1 .")
    assert shown(tables["bds"], "PARAMCD", "AVAL", "AVALC", "TRTP", "ITTFL", "ASEQ") == [
        ("a", "ILL", 1, "Y", "new", "Y", 1),
        ("b", "ILL", 0, "N", "old", "Y", 1),
        ("c", "ILL", None, None, "new", "Y", 1),
    ]


def test_truth_has_three_values(tmp_path):
    endpoints = """
    either: {label: E, code: E, kind: event, table: patients,
             event: {any: [{u: {is: "1"}}, {v: {is: "1"}}]}}
    both: {label: B, code: B, kind: event, table: patients, event: {u: {is: "1"}, v: {is: "1"}}}
    """
    patients = "id rx u v\na 1 1 .\nb 1 0 .\nc 1 0 0"
    bds = derived(tiny(endpoints), tmp_path, patients=patients)["bds"]
    assert shown(bds, "PARAMCD", "AVAL", "ASEQ") == [
        ("a", "E", 1, 1),  # true or unknown is true
        ("a", "B", None, 2),
        ("b", "E", None, 1),
        ("b", "B", 0, 2),  # false and unknown is false
        ("c", "E", 0, 1),
        ("c", "B", 0, 2),
    ]


def test_the_value_comes_from_the_conditions_columns(tmp_path):
    endpoints = """
    x: {label: X, code: X, kind: event, table: patients, where: {w: {is: "1"}},
        event: {u: {above: {column: v}}}}
    """
    patients = "id rx u:integer v:integer w\na 1 3 2 0\na 1 3 4 1\nb 0 1 1 0"
    tables = derived(tiny(endpoints), tmp_path, patients=patients)
    assert shown(tables["bds"], "AVAL") == [("a", 0), ("b", None)]
    assert edges(tables, "bds", "AVAL") == [("a", 1, "patients", 3, column) for column in "uvw"]


def test_several_rows_of_a_subject_are_an_error_with_counts(tmp_path):
    text = refused(tiny(ILL), tmp_path, patients="id rx fever\na 1 yes\na 1 yes\nb 0 no")
    assert "1 subjects with several rows of patients" in text
    assert "endpoints.yaml: ill" in text


def test_of_a_repeated_endpoint_tests_each_visit(tmp_path):
    endpoints = """
    any: {label: Any, code: ANY, kind: event, of: pain, event: {above: 0}}
    pain: {label: Pain, code: PAIN, kind: repeated, table: patients, visits: {u: 1 h, v: 4 h}}
    """
    tables = derived(
        tiny(endpoints), tmp_path, patients="id rx u:integer v:integer\na 1 0 3\nb 0 . 1"
    )
    assert shown(tables["bds"], "ASEQ", "PARAMCD", "AVISIT", "AVISITN", "AVAL") == [
        ("a", 1, "ANY", "1 h", 1, 0),  # numbered in the order of the file
        ("a", 2, "ANY", "4 h", 2, 1),
        ("a", 3, "PAIN", "1 h", 1, 0),
        ("a", 4, "PAIN", "4 h", 2, 3),
        ("b", 1, "ANY", "1 h", 1, None),
        ("b", 2, "ANY", "4 h", 2, 1),
        ("b", 3, "PAIN", "1 h", 1, None),
        ("b", 4, "PAIN", "4 h", 2, 1),
    ]
    assert edges(tables, "bds", "AVAL")[:4] == [
        ("a", 1, "patients", 2, "u"),
        ("a", 2, "patients", 2, "v"),
        ("a", 3, "patients", 2, "u"),
        ("a", 4, "patients", 2, "v"),
    ]


def test_of_something_without_values_is_refused(tmp_path):
    endpoints = """
    time: {label: T, code: T, kind: time_to_event, table: patients, time: t,
           event: {e: {is: "1"}}, event_label: Seen, censored_label: Not seen}
    any: {label: A, code: A, kind: event, of: time, event: {above: 0}}
    """
    text = refused(tiny(endpoints), tmp_path, patients="id rx t:integer e\na 1 3 1")
    assert '"time", an endpoint with records in adtte' in text


def test_endpoints_made_from_each_other_are_refused(tmp_path):
    endpoints = """
    u: {label: U, code: U, kind: event, of: v, event: {above: 0}}
    v: {label: V, code: V, kind: event, of: u, event: {above: 0}}
    """
    assert "made from themselves" in refused(tiny(endpoints), tmp_path, patients="id rx\na 1")
