"""A run is outdated by code, configuration or data, and which of them is said."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from trialtrace.base.paths import Project
from trialtrace.run.jobs import run_state
from trialtrace.run.jobs.data import data_digest
from trialtrace.run.jobs.fresh import Freshness

STAGES = ["clean_tables", "derive_datasets", "analyse_plan", "audit_claims"]


@contextmanager
def appended(whole: Project, name: str, text: str) -> Iterator[None]:
    file = whole.root / name
    before = file.read_bytes()
    file.write_bytes(before + text.encode())
    try:
        yield
    finally:
        file.write_bytes(before)


@pytest.fixture(autouse=True)
def with_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project has the code, as a checkout has."""
    monkeypatch.setattr(run_state, "has_code", lambda at: True)


def changed(at: Project) -> dict[str, str]:
    """As a process says that begins now."""
    data_digest.cache_clear()
    return run_state.changed_since(at, "mini")


def test_each_of_the_three_is_told_by_its_name(whole: Project, monkeypatch: pytest.MonkeyPatch):
    assert changed(whole) == {}
    with appended(whole, "data/export.csv", "\n"):
        assert changed(whole) == {"clean_tables": "data"}
    plan = "config/trials/mini/plan.yaml"
    with appended(whole, plan, "# a word\n"):
        assert changed(whole) == dict.fromkeys(STAGES[2:], "configuration")
    monkeypatch.setattr(Freshness, "environment", ("another Python",))
    assert changed(whole) == dict.fromkeys(STAGES, "code")
    with appended(whole, plan, "# a word\n"):
        both = dict.fromkeys(STAGES[2:], "code and configuration")
        assert changed(whole) == dict.fromkeys(STAGES[:2], "code") | both
