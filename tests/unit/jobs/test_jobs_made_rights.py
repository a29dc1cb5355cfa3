"""Who may read the records of a run, and what is said to whoever may not."""

from pathlib import Path

import pytest

from trialtrace.run.jobs import products as made


def written(root: Path, folder_mode: int) -> list[int]:
    """The modes of two records: of a folder with a file that is its owner's alone, and of a file
    that was made from it."""
    folder = root / "results" / "one" / "clean"
    folder.mkdir(parents=True)
    (folder / "rejects.parquet").write_bytes(b"rejects")
    (folder / "rejects.parquet").chmod(0o600)
    folder.chmod(folder_mode)
    later = root / "results" / "one" / "analysis.parquet"
    later.write_bytes(b"numbers")
    clean, rejects, analysis = (
        f"results/one/{name}" for name in ("clean", "clean/rejects.parquet", "analysis.parquet")
    )
    jobs = ([], [clean]), ([], [rejects]), ([clean], [analysis])
    for number, (inputs, outputs) in enumerate(jobs):
        path = made.record_path(f"rule{number}", "one")
        made.write_record(root, path, (f"rule{number}", ""), inputs, outputs)
    return [
        (root / made.record_path(f"rule{n}", "one")).stat().st_mode & 0o777
        for n in range(len(jobs))
    ]


@pytest.mark.parametrize("folder, record", [(0o755, 0o644), (0o700, 0o600)])
def test_all_records_of_a_run_have_the_rights_of_its_folders(
    tmp_path: Path, folder: int, record: int
):
    assert written(tmp_path, folder) == [record] * 3
