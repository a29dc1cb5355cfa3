"""An entry is set in a YAML file, and nothing else of its text changes."""

import pytest
import yaml

from trialtrace.base.config.edit import Entry, with_entry

REASON = {"reject": 'of "old": none'}


@pytest.mark.parametrize(
    ("text", "path", "edited"),
    [
        ("a: 1\n", (), "new: 2\na: 1\n"),
        ("# what it is\n\na: 1", (), "# what it is\n\nnew: 2\na: 1"),
        ("---\na: 1\n", (), "---\nnew: 2\na: 1\n"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}a: 1\n", (), "\N{ZERO WIDTH NO-BREAK SPACE}new: 2\na: 1\n"),
        ("{a: 1}\n", (), "{new: 2, a: 1}\n"),
        ("{}\n", (), "{new: 2}\n"),
        ("a: {}\n", ("a",), "a: {new: 2}\n"),
        ("a: {b: 1} # why\n", ("a",), "a: {new: 2, b: 1} # why\n"),
        ("a: {\n  b: 1}\n", ("a",), "a: {new: 2,\n  b: 1}\n"),
        ("a: # why\n  # of b\n  b: 1\n", ("a",), "a: # why\n  new: 2\n  # of b\n  b: 1\n"),
        ("a:\r\n  b: 'ü€😀'\r\n", ("a",), "a:\r\n  new: 2\r\n  b: 'ü€😀'\r\n"),
        ("ü: '😀'\na:\n  b: 1\n", ("a",), "ü: '😀'\na:\n  new: 2\n  b: 1\n"),
        ("z: [1]\na:\n b:\n   c: 1\n", ("a", "b"), "z: [1]\na:\n b:\n   new: 2\n   c: 1\n"),
        ("a: 1\nnew: 1 # of old\n", (), "a: 1\nnew: 2 # of old\n"),
        ("a:\n- b\n- c: {d: 1}\n", ("a", 1, "c"), "a:\n- b\n- c: {new: 2, d: 1}\n"),
        ("a: [{b:\n  {}}]\n", ("a", 0, "b"), "a: [{b:\n  {new: 2}}]\n"),
        ("a:\n- b:\n    c: 1\n", ("a", 0, "b"), "a:\n- b:\n    new: 2\n    c: 1\n"),
        ("a: {b: 1, 'new': '1'}\n", ("a",), "a: {b: 1, 'new': 2}\n"),
    ],
)
def test_an_entry_in_the_style_of_its_mapping(text, path, edited):
    assert with_entry(text, Entry("f", path, "new", 2)) == edited


def test_a_mapping_that_holds_mappings_is_written_in_lines():
    text = with_entry("a: 1\n", Entry("f", (), "new", {"b": {"c": REASON}}))
    assert text == 'new:\n  b:\n    c: {reject: "of \\"old\\": none"}\na: 1\n'
    assert yaml.safe_load(text) == {"new": {"b": {"c": REASON}}, "a": 1}


def test_a_mapping_within_braces_is_written_in_braces():
    text = with_entry("{a: 1}\n", Entry("f", (), "new", {"b": {"c": REASON}}))
    assert yaml.safe_load(text) == {"new": {"b": {"c": REASON}}, "a": 1}
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a: 1\n", ("a",)),
        ("a: 1\n", ("b",)),
        ("a:\n", ("a",)),
        ("a: [1]\n", ("a",)),
        ("a: [1]\n", ("a", 1)),
        ("a: [1]\n", ("a", 0)),
        ("a: {b: 1}\n", ("a", 0)),
        ("new: [1]\n", ()),
        ("a:\r  b: 1\r", ("a",)),
        ("- a\n", ()),
    ],
)
def test_where_nothing_can_be_set(text, path):
    with pytest.raises(LookupError):
        with_entry(text, Entry("f", path, "new", 2))
