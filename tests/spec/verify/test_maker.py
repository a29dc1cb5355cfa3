"""By which trialtrace a document was made, from what it shows of itself."""

import json

import pytest

import trialtrace
from trialtrace.report.shown.lines import Line, Piece
from trialtrace.report.verify.maker import (
    Maker,
    earlier_version,
    maker_of,
    noted,
    of_another_maker,
    page_of_another_maker,
)

CODE, OTHER = "0123456789abcdef", "fedcba9876543210"


def lines(*texts: str) -> list[Line]:
    return [Line("text", (Piece(text),)) for text in texts]


@pytest.mark.parametrize(
    ("texts", "maker"),
    [
        (["Made by trialtrace 0.2.0."], Maker("0.2.0")),
        (["Made by | trialtrace 0.2.0.dev1"], Maker("0.2.0.dev1")),
        (["by trialtrace 1.0", f"Code: stats {CODE}"], Maker("1.0", {"stats": CODE})),
        (
            [f"clean_tables | {CODE}", f"base {OTHER}"],
            Maker("", {"clean_tables": CODE, "base": OTHER}),
        ),
        (["trialtrace traces"], Maker("")),
    ],
)
def test_a_document_shows_its_maker(texts: list[str], maker: Maker):
    assert maker_of(lines(*texts)) == maker


SEAL = "ab" * 32
SHORT = "abababab abababab"


@pytest.mark.parametrize(
    ("shown", "kept", "why"),
    [
        # Another version, whatever the run.
        (f"by trialtrace 0.1.0 Run: {SHORT}", "by trialtrace 0.2.0", "made by trialtrace 0.1.0"),
        # Other code and another run.
        (f"by trialtrace 0.2.0 base {CODE}", f"by trialtrace 0.2.0 base {OTHER}", "other code"),
        # Other code that says it is of this run, and other runs of the same code: altered.
        (f"by trialtrace 0.2.0 base {CODE} {SHORT}", f"by trialtrace 0.2.0 base {OTHER}", None),
        (f"by trialtrace 0.2.0 base {CODE}", f"by trialtrace 0.2.0 base {CODE}", None),
        # A summary has its run alone.
        ("Run 12121212 12121212", "by trialtrace 0.2.0", "made by the run 12121212 12121212"),
        (f"Run {SHORT}", "by trialtrace 0.2.0", None),
        ("nothing of it", "by trialtrace 0.2.0", None),
    ],
)
def test_a_document_of_another_maker_is_not_called_altered(shown: str, kept: str, why: str | None):
    found = of_another_maker(lines(shown), lines(kept), SEAL)
    assert found is None if why is None else why in (found or "")


HEAD = b'<meta name="generator" content="trialtrace%s">'


@pytest.mark.parametrize(
    ("page", "kept", "versions"),
    [
        (HEAD % b" 0.2.0", HEAD % b" 0.3.0", ("0.2.0", "0.3.0")),
        (HEAD % b"", HEAD % b" 0.3.0", ("0.1.0", "0.3.0")),
        (HEAD % b" 0.3.0", HEAD % b"", ("0.3.0", "0.1.0")),
        (HEAD % b" 0.3.0", HEAD % b" 0.3.0", None),
        (b"<html>", HEAD % b" 0.3.0", None),
        (HEAD % b" 0.3.0", b"<html>", None),
    ],
)
def test_a_page_without_its_maker_has_it_in_its_head(page, kept, versions):
    found = page_of_another_maker(page, kept)
    if versions is None:
        assert found is None
    else:
        by, of = versions
        assert (
            f"made by trialtrace {by}, and the last run of this trial by trialtrace {of}" in found
        )


def test_a_run_of_another_version_is_noted():
    now = trialtrace.__version__
    assert earlier_version(lines(f"by trialtrace {now}")) is None
    assert earlier_version(lines("nothing of it")) is None
    told = earlier_version(lines("by trialtrace 0.0.9"))
    assert told == f"made by trialtrace 0.0.9; this is trialtrace {now}"


@pytest.mark.parametrize(
    ("run", "maker"),
    [
        (
            {"versions": {"trialtrace": "0.2"}, "commit": "a" * 40},
            "trialtrace 0.2 (commit aaaaaaaaa)",
        ),
        ({"versions": {"trialtrace": "0.2"}}, "trialtrace 0.2"),
        ({"versions": [], "commit": None}, "another version of trialtrace"),
        ([], "another version of trialtrace"),
        (None, "another version of trialtrace"),
    ],
)
def test_a_run_notes_its_version_and_commit(tmp_path, run, maker):
    if run is not None:
        (tmp_path / "run.json").write_text(json.dumps(run))
    assert noted(tmp_path) == maker
