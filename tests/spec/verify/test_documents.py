"""A trial's documents: what a run writes, and what becomes of a report of somebody's own."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import kept_report
import mini_trial
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from kept_report import FOLDER

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.own_documents import FUNCTIONS, STEMS, told_left_out
from trialtrace.report.render.document import read_document
from trialtrace.report.render.subset import check_document
from trialtrace.report.render.tree.authored import OWN
from trialtrace.report.report import render_report
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.shown.lines import is_trace
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.stages import RENDER
from trialtrace.run.trial.load import load_settings, load_trial

SHARE = "mini/relief_primary/proportion.wilson@placebo"


def own(at: Project, stem: str = "report") -> Path:
    return at.reports / "mini" / f"{stem}.qmd"


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Project:
    """A run in a project whose reports/ can be changed."""
    at = kept_report.copied(tmp_path_factory, tmp_path)
    at.reports.unlink()
    shutil.copytree(mini_trial.REPOSITORY / "reports/assets", at.reports / "assets")
    return at


@pytest.fixture
def written(alone: Project) -> Callable[[Callable[[str], str]], None]:
    """A function: change the text of the own report, which is that of the run at first."""

    def write(change: Callable[[str], str]) -> None:
        if not own(alone).exists():
            assert main(["--project", str(alone.root), "report", "mini", "--write"]) == 0
        own(alone).write_text(change(own(alone).read_text(encoding="utf-8")), encoding="utf-8")

    return write


@pytest.fixture
def rendered(alone: Project, written) -> Callable[..., str]:
    """A function: change the text of the own report, render it; the page as text."""

    def render(
        change: Callable[[str], str], disclosure: str = "full", formats: str = "html"
    ) -> str:
        written(change)
        config = alone.config / "config.yaml"
        text = re.sub(r"disclosure: \w+", f"disclosure: {disclosure}", config.read_text())
        config.write_text(re.sub(r"formats: \[.*\]", f"formats: [{formats}]", text))
        folder = alone.results / "mini"
        render_report(load_trial("mini", alone), load_settings(alone), folder, {"x": "0" * 64})
        return (folder / "report/report.html").read_text(encoding="utf-8")

    return render


def chunk(text: str, call: str) -> str:
    """The chunk of a call, with its fences."""
    return next(one for one in re.findall(r"```\{python\}\n.*?```\n", text, re.S) if call in one)


def without(text: str, analysis: str) -> str:
    return text.replace(chunk(text, f'sentences("{analysis}")'), "")


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def of_analysis(page: str, analysis: str) -> str:
    """What a page has under the heading of an analysis, up to its first table or figure."""
    place = f'id="sec-of-{analysis.replace("_", "-")}"'
    return re.split(r"<h[23]|<div|<figure", page.partition(place)[2], maxsplit=1)[0]


def test_sentences_are_pasted_with_a_call_for_each_number(alone: Project, rendered, capsys):
    """The same words, links and anchors as by the chunk; what is no number of the run, such as a
    level, is then the author's own, and marked."""
    name = "relief_primary"
    page = (alone.results / "mini/report/report.html").read_text(encoding="utf-8")
    before = of_analysis(page, name)
    assert main(["--project", str(alone.root), "report", "mini", "--sentences", name]) == 0
    text = capsys.readouterr().out
    assert text.count("`{python} number(") == before.count('href="trace/') > 5
    assert "](trace/" not in text and "&#45;" not in text
    assert main(["--project", str(alone.root), "report", "mini", "--sentences", "relief_primry"])
    assert 'did you mean "relief_primary"?' in capsys.readouterr().err
    asked = f'sentences("{name}")'
    after = of_analysis(rendered(lambda mine: mine.replace(chunk(mine, asked), text)), name)
    assert plain(after).replace(f" {OWN}", "") == plain(before)
    link = re.compile(r'<a (?:id="[^"]*" )?href="(?:trace/|#ref-)[^>]*>.*?</a>', re.DOTALL)
    assert link.findall(after) == link.findall(before)
    marked = [one for one in after.split("</p>") if OWN in one]
    assert all(re.search(r"\d", plain(link.sub("", one)).replace(OWN, "")) for one in marked)
    assert len(marked) < after.count("</p>")


def test_a_run_writes_an_analysis_a_chunk_in_the_order_of_the_plan(whole: Project):
    trial = load_trial("mini", whole)
    named = []
    for stem in STEMS:
        path = whole.root / FOLDER / f"quarto/{stem}.qmd"
        assert check_document(path) == []
        document = read_document(path)
        labels = [cell.label for cell in document.cells]
        assert all(labels) and len(set(labels)) == len(labels)
        assert all(cell.code.count("\n") == 0 for cell in document.cells[1:])
        named += re.findall(r'^table\("(\w+)"\)', path.read_text(encoding="utf-8"), re.M)
        page = (whole.root / FOLDER / f"report/{stem}.html").read_text(encoding="utf-8")
        floats = [one for one in labels if one.startswith(("tbl-", "fig-"))]
        assert all(f'id="{one}"' in page or "no figure" in page for one in floats)
    roles = [trial.plan.analyses[name].role for name in named]
    assert set(named) == set(trial.plan.analyses) and roles[0] == "primary"


def test_a_document_as_the_run_writes_it_makes_the_same_report(alone: Project, rendered):
    before = html_lines((alone.results / "mini/report/report.html").read_bytes())
    page = rendered(lambda text: text)
    after = html_lines((alone.results / "mini/report/report.html").read_bytes())
    was, now = ([one.pieces for one in lines][:50] for lines in (before, after))
    # The hash of the run is over the document too, and page 1 has it.
    (other,) = (pair for pair in zip(was, now, strict=True) if pair[0] != pair[1])
    assert all("Run " in pieces[0].text for pieces in other)
    assert OWN not in page and "its author" not in page


def test_an_own_report_is_reordered_shortened_and_marked(alone: Project, rendered):
    def change(text: str) -> str:
        text = without(text, "pain_each").replace("## Patients", "## Who took part")
        baseline = chunk(text, 'section("baseline")')
        more = f"""\
About 17 of them came late, and relief was `{{python}} number("{SHARE}")` here; none left.

```{{python}}
#| label: fig-own
#| fig-cap: A figure of my own
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```

{baseline}"""
        return text.replace(baseline, "").replace(chunk(text, 'section("populations")'), more)

    page = plain(rendered(change, formats="html, docx, pdf"))
    assert f"A figure of my own {OWN}" in page
    assert "About 17 of them came late, and relief was 33.3% (95% CI" in page
    assert page.count(OWN) == 2 and f"none left. {OWN}" in page
    assert "Made of reports/mini/report.qmd, which somebody has changed" in page
    label = load_trial("mini", alone).plan.analyses["pain_each"].label
    assert f"Analyses of the plan that it leaves out: {label} (its sentences)." in page
    assert "reported nowhere" in plain((alone.results / "mini/report/plan.html").read_text())
    links = {
        target
        for line in html_lines((alone.results / "mini/report/report.html").read_bytes())
        for piece in line.pieces
        for text, target in piece.links
        if is_trace(target) and text.startswith("33.3% (95% CI")
    }
    assert len(links) == 1


def test_what_the_run_gave_and_somebody_changed_is_their_own(rendered):
    changed = """
```{python}
#| label: mine
#| output: asis
m = sentences("relief_primary")
m.data = m.data.replace("0.37", "0.03")
m
```
"""
    page = plain(rendered(lambda text: text + changed))
    assert page.count("p = 0.03, adj") == 1 and OWN in page[page.index("p = 0.03, adj") :]
    same = changed.replace('m.data = m.data.replace("0.37", "0.03")\n', "")
    assert OWN not in plain(rendered(lambda text: text.replace(changed, same)))


def test_code_of_its_own_runs_under_restricted_disclosure_only_where_declared(
    alone: Project, rendered, written, capsys
):
    for code in ("print(open('x'))", "table('relief' + '_primary')", "import os"):
        addition = f"\n\n```{{python}}\n#| label: mine\n{code}\n```\n"
        with pytest.raises(UserError, match="document_code: true") as told:
            rendered(lambda text, more=addition: text + more, "restricted")
        place = told.value.problems[0].place
        assert re.fullmatch(r"reports/mini/report\.qmd:[0-9]+", place)
        assert main(["--project", str(alone.root), "check", "mini"]) == 1
        assert f"{place}\n" in capsys.readouterr().err
        written(lambda text, more=addition: text.replace(more, ""))
    rendered(lambda text: text + "\nOwn words.\n", "restricted")
    trial = alone.trial_config("mini") / "trial.yaml"
    trial.write_text("document_code: true\n" + trial.read_text())
    page = rendered(
        lambda text: text + "\n\n```{python}\n#| label: mine\nprint(1 + 1)\n```\n", "restricted"
    )
    assert f"2 {OWN}" in plain(page)


def test_each_call_of_the_run_that_a_document_lacks_is_told(alone: Project, written):
    written(lambda text: text)
    trial, text = load_trial("mini", alone), own(alone).read_text(encoding="utf-8")
    assert told_left_out(trial) == []
    chunks = [
        one for one in re.findall(r"```\{python\}\n.*?```\n", text, re.S) if "run." not in one
    ]
    assert {re.search(r"(\w+)\(", one)[1] for one in chunks} == {*FUNCTIONS} - {"table"}
    for one in chunks:
        call = one.splitlines()[-2]
        own(alone).write_text(text.replace(one, ""), encoding="utf-8")
        assert told_left_out(trial) == [f"reports/mini/ leaves out {call}"]
    moved = own(alone, "supplement")
    moved.write_text(f"{moved.read_text(encoding='utf-8')}\n{one}", encoding="utf-8")
    assert told_left_out(trial) == []
    first = chunk(own(alone, "summary").read_text(encoding="utf-8"), "figure(")
    summary = own(alone, "summary").read_text(encoding="utf-8").replace(first, "")
    own(alone, "summary").write_text(summary, encoding="utf-8")
    (told,) = told_left_out(trial)
    assert told == f"reports/mini/summary.qmd leaves out {first.splitlines()[-2]}"


def test_an_own_document_is_code_of_its_trial_alone(alone: Project, written):
    before = freshness(alone).code(RENDER, "mini")
    written(lambda text: text + "\nMore.\n")
    changed = freshness(alone).code(RENDER, "mini")
    assert changed != before
    (alone.reports / "mini/curve.png").write_bytes(b"drawn by R")
    assert freshness(alone).code(RENDER, "mini") != changed


def test_a_data_frame_is_no_html_for_quarto_which_would_fetch_scripts(alone: Project, monkeypatch):
    from trialtrace.report.cells import open_report

    shell = SimpleNamespace(display_formatter=DisplayFormatter())
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.chdir(alone.root)
    open_report("mini")
    data, _ = shell.display_formatter.format(pd.DataFrame({"n": [17]}))
    assert "text/html" not in data and re.search(r"\| +0 +\| +17 +\|", data["text/markdown"])
