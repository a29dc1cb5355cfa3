"""What is said where pandoc could not do its work."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from trialtrace.base.errors import UserError
from trialtrace.report.render.house import Page
from trialtrace.report.render.pandoc import Conversion

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full")
def test_a_full_disk_is_told_without_places_in_pandoc_s_sources(tmp_path):
    conversion = Conversion([SimpleNamespace(name="report.qmd")], Page(), tmp_path)
    with pytest.raises(UserError) as refused:
        conversion._run(["--to=json", f"--output={FULL}"], b"text")
    told = str(refused.value)
    assert "pandoc could not write json" in told and "No space left on device" in told
    assert "CallStack" not in told and "GHC" not in told
