"""Which files a report of somebody's own comes from."""

from pathlib import Path

import pytest

from trialtrace.base.paths import Project
from trialtrace.run.jobs.fresh import document_files

WRITTEN = """\
{{< include ../_shared.qmd >}}
![Logo](../logo.svg)
```{python}
pd.read_csv("tables/rates.csv")
```
See [a page](https://example.org/x.html), results/mini/run.json and config/none.csv.
"""


@pytest.fixture
def at(tmp_path: Path) -> Project:
    for name in (
        *("reports/_shared.qmd", "reports/logo.svg", "reports/_other.qmd", "tables/rates.csv"),
        *("results/mini/run.json", "reports/mini/lines.csv", "reports/mini/report_files/a.png"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\xff")
    (tmp_path / "reports/mini/report.qmd").write_text(WRITTEN)
    return Project(tmp_path)


def test_what_lies_beside_it_and_what_it_names(at: Project):
    found = {path.relative_to(at.root).as_posix() for path in document_files(at, "mini")}
    beside = {"reports/mini/report.qmd", "reports/mini/lines.csv"}
    assert found == beside | {"reports/_shared.qmd", "reports/logo.svg", "tables/rates.csv"}
    assert document_files(at, "other") == []
