"""Reading one file: strict YAML with places."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mini_trial import write_project

from trialtrace.base.config.compose import compose, key_path
from trialtrace.base.config.files import read_yaml
from trialtrace.base.config.project_table import read_rows
from trialtrace.base.config.scalars import resolve
from trialtrace.base.errors import Problems, UserError
from trialtrace.base.paths import Project


def read(tmp_path: Path, data: bytes | str) -> tuple[object, str]:
    """The content of a file, and what is said of it."""
    path = tmp_path / "some.yaml"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    document = compose(Project(tmp_path), path)
    return document.data, "\n\n".join(str(problem) for problem in document.problems)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("0.50", 0.5),
        ("-1.5e-3", -0.0015),
        ("0.2.10", "0.2.10"),
        ("4 h", "4 h"),
        ("1-2", "1-2"),
        ("next morning", "next morning"),
        ("1_yes", "1_yes"),
        ("north", "north"),
        ("-", "-"),
    ],
)
def test_plain_scalars(text, value):
    found, taken_for = resolve(text)
    assert (found, type(found), taken_for) == (value, type(value), None)


AMBIGUOUS = """
yes no on off y n Y N NO Yes TRUE True False Null NULL 010 08 0x1F 0o17 0b1 1_000 +1 .5 1. 1e5
1E+5 12:30 1:02:03 190:20:30.15 2020-01-05 2020-1-5 2020-01-05T10:00:00 .inf -.INF .nan .NaN =
<<
"""


@pytest.mark.parametrize("text", AMBIGUOUS.split())
def test_ambiguous_scalars_ask_for_quotes(tmp_path, text):
    data, told = read(tmp_path, f"a:\n  b: {text}\n")
    assert f"some.yaml:2:6: a.b\n  found     {text}, without quotes" in told
    assert "write it in quotes" in told
    data, told = read(tmp_path, f'a:\n  b: "{text}"\n')
    assert (data, told) == ({"a": {"b": text}}, "")


# No plain scalar is "!", "&" or "*": there a tag, an anchor or an alias begins.
@given(st.text(max_size=20).filter(lambda text: text not in ("!", "&", "*")))
def test_a_plain_scalar_is_what_yaml_takes_it_for_or_a_mistake(text):
    value, taken_for = resolve(text)
    loaded = yaml.SafeLoader("").resolve(yaml.ScalarNode, text, (True, False))
    if taken_for is None and isinstance(value, str):
        assert loaded == "tag:yaml.org,2002:str"


def test_every_key_and_entry_has_its_line(tmp_path):
    path = tmp_path / "some.yaml"
    path.write_text("# first\na:\n  - x\n  - b: 1\n    c: {d: 2,\n      e: 3}\n")
    document = compose(Project(tmp_path), path)
    assert document.data == {"a": ["x", {"b": 1, "c": {"d": 2, "e": 3}}]}
    assert document.lines[("a",)] == 2
    assert document.lines[("a", 1)] == 4
    assert document.lines[("a", 1, "c", "e")] == 6
    assert document.place(("a", 1, "c", "e")) == "some.yaml:6:10: a[2].c.e"
    assert key_path(("a", 1, "c", "e")) == "a[2].c.e"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "found     an empty file"),
        ("# nothing\n", "found     an empty file"),
        ("- a\n- b\n", "found     a list"),
        ("text", "found     a single value"),
        ("a: 1\n---\nb: 2\n", ":2:1\n  found     a second document (---)"),
        ("a: 1\nb: [\n", "this is not YAML"),
        ("a: b: c\n", ":1:5\n  this is not YAML"),
        ("a: 1\n\tb: 2\n", ":2:1\n  this is not YAML"),
        ("? [a, b]\n: c\n", "a key is plain text"),
        ("1: a\n", ":1:1: 1\n  found     the key 1"),
        ("true: a\n", "the key true"),
        ("a: &x {b: 1}\n", "the anchor &x"),
        ("a: !!python/object:os.system {}\n", "the tag"),
        ("a: " + "[" * 60 + "]" * 60, "more than 40 levels"),
        ("a: \x00\n", "this is not YAML"),
        (b"a: 1\nb: M\xfcller\n", ":2:5\n  found     the byte 0xFC, which is not UTF-8"),
        (b"a: " + b"x" * (1 << 20), "more than 1 MB"),
    ],
)
def test_files_that_are_none(tmp_path, data, words):
    assert words in read(tmp_path, data)[1]


def test_a_missing_file(tmp_path):
    at = write_project(tmp_path)
    with pytest.raises(UserError, match=r"config/nothing.yaml\n  this file is not there"):
        read_yaml(at, at.config / "nothing.yaml", "config")


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path):
    data, told = read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: x\r\n")
    assert (data, told) == ({"a": 1, "b": "x"}, "")


def test_a_table_of_the_project_that_is_empty_or_no_text(tmp_path):
    at, path = Project(tmp_path), tmp_path / "config" / "conversions" / "mine.csv"
    path.parent.mkdir(parents=True)
    for data, found in ((b"", "no rows"), (b"\xff\xfe\x00", "bytes that are no UTF-8")):
        path.write_bytes(data)
        problems = Problems()
        assert read_rows(at, "conversions", "mine", ["drug", "factor"], problems) == []
        assert [(one.place, one.found) for one in problems.found] == [
            ("config/conversions/mine.csv", found)
        ]
