"""Whole runs of the workflow are made once a session and shared."""

import json
from pathlib import Path

import pytest
from checkout import TRACING, Copy, Traced, copy_checkout


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return copy_checkout(tmp_path)


@pytest.fixture(scope="session")
def traced_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, Traced]:
    """All trials, two cores, a folder with a space in its name; every job traced."""
    made = copy_checkout(tmp_path_factory.mktemp("first run"))
    traces = tmp_path_factory.mktemp("traces")
    done = made.snakemake("--cores", "2", PYTHONPATH=str(TRACING), TRIALTRACE_TRACE=str(traces))
    assert done.returncode == 0, done.stderr
    told = [json.loads(path.read_text()) for path in sorted(traces.glob("*.json"))]
    jobs = [(one["job"][-1], one["job"][0] if len(one["job"]) > 1 else None) for one in told]
    files = {job: set(one["files"]) for job, one in zip(jobs, told, strict=True)}
    settings = {job: set(one["settings"]) for job, one in zip(jobs, told, strict=True)}
    return made, Traced(files, settings)


@pytest.fixture(scope="session")
def run(traced_run: tuple[Copy, Traced]) -> Copy:
    return traced_run[0]


@pytest.fixture(scope="session")
def traced(traced_run: tuple[Copy, Traced]) -> Traced:
    return traced_run[1]


@pytest.fixture
def changing(run: Copy):
    """Change files of the finished run; they are put back after the test."""
    before: dict[Path, bytes] = {}

    def change(*names: str, by: str = "\n") -> None:
        for name in names:
            path = run.root / name
            before.setdefault(path, path.read_bytes())
            path.write_bytes(path.read_bytes() + by.encode())

    yield change
    for path, data in before.items():
        path.write_bytes(data)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs the tests that share the finished run."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            shares = {"run", "traced", "changing"} & set(getattr(item, "fixturenames", ()))
            item.add_marker(pytest.mark.xdist_group("workflow" if shares else item.path.stem))
