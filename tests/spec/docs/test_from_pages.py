"""docs/from-r-and-sas.md: both languages print what they show, R's numbers are Python's."""

import doctest
import re
import shutil
import subprocess
from itertools import zip_longest

import pytest
from doc_blocks import NUMBER, PYCON, files, page, results

PAGES = ("docs/from-r-and-sas.md",)
SECTION = re.compile(r"^## ", re.MULTILINE)
R_BLOCK = re.compile(r"^```r\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PACKAGES = ("cmprsk", "emmeans", "geepack", "lmerTest", "mice", "multcomp", "pbkrtest", "rpact")


def statements_and_prints(block: str) -> tuple[str, str]:
    lines = block.splitlines()
    prints = [line for line in lines if line.startswith("#>")]
    return "\n".join(line for line in lines if line not in prints), "\n".join(prints)


@pytest.fixture
def patients(tmp_path, monkeypatch):
    for name, content in files(page("docs/from-r-and-sas.md")).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", PAGES)
def test_python_prints_what_the_page_shows(name, patients):
    text = "\n".join(PYCON.findall(page(name)))
    test = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    said: list[str] = []
    doctest.DocTestRunner().run(test, out=said.append)
    assert test.examples and not said, "".join(said)


@pytest.mark.parametrize("name", PAGES)
def test_each_number_of_r_is_one_of_python(name):
    sections = SECTION.split(page(name))
    compared = 0
    for section in sections:
        lines = "\n".join(PYCON.findall(section)).splitlines()
        prints = "\n".join(line for line in lines if not line.startswith((">>>", "...")))
        printed = [float(number) for number in NUMBER.findall(prints)]
        for block in R_BLOCK.findall(section):
            for value, half in results(statements_and_prints(block)[1]):
                near = half + 2e-5 * abs(value)
                assert any(abs(value - other) <= near for other in printed), (section[:20], value)
                compared += 1
    assert compared > 20


@pytest.mark.r
@pytest.mark.parametrize("name", PAGES)
def test_r_prints_what_the_page_shows(name, patients):
    rscript = shutil.which("Rscript")
    assert rscript
    there = f"cat(all(sapply(c{PACKAGES}, requireNamespace, quietly = TRUE)))"
    if subprocess.run([rscript, "-e", there], capture_output=True, text=True).stdout != "TRUE":
        pytest.skip("packages of R are not installed")
    read = R_BLOCK.findall(page("docs/from-r-and-sas.md"))[0]
    blocks = [statements_and_prints(block) for block in R_BLOCK.findall(page(name))]
    script = "\n".join(["options(width = 100)", read, *(said for said, _ in blocks)])
    done = subprocess.run([rscript, "-"], input=script, capture_output=True, text=True, check=True)
    shown = results("\n".join(prints for _, prints in blocks))
    pairs = list(zip_longest(results(done.stdout), shown))
    assert len(pairs) > 20
    for printed, stands in pairs:
        assert printed and stands and printed[0] == pytest.approx(stands[0], abs=2 * stands[1])
