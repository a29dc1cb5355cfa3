"""Cells run in this process: in order, isolated, with errors that name the line."""

import builtins
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from render_blocks import blocks_of

from trialtrace.base.errors import UserError
from trialtrace.report.render.api import render_document

FRONT = "title: T\nexecute: {echo: false, warning: true}"


def cell(code: str, *options: str) -> str:
    lines = [*(f"#| {option}" for option in options), code]
    return "```{python}\n" + "\n".join(lines) + "\n```\n\n"


def shown(page: str) -> list[str]:
    return blocks_of(page)[1:]


def failure(render, source, **options) -> str:
    with pytest.raises(UserError) as caught:
        render(source, **options)
    return str(caught.value)


def test_outputs_keep_their_order(write, render):
    body = cell(
        "from IPython.display import Markdown, display\nimport sys\n"
        "print('a')\ndisplay(Markdown('*b*'))\nprint('c', file=sys.stderr)\nprint('d')\n'e'"
    )
    assert shown(render(write(body, FRONT))) == [
        "pre: a",
        "text: b",
        "pre: c",
        "pre: d",
        "pre: 'e'",
    ]


def test_a_failing_cell_names_document_line_and_text_and_writes_nothing(write, render, tmp_path):
    body = "Text.\n\n" + cell("x = 1\nraise ValueError('no such arm')", "label: setup")
    message = failure(render, write(body, FRONT))
    assert message == ("page.qmd:11\n  the cell failed\n  found     ValueError: no such arm")
    assert not (tmp_path / "out").exists()


def test_the_line_of_an_error_deeper_down(write, render):
    body = (
        cell("def f():\n    return 1 / 0")
        + cell("y = 1\nf()")
        + cell("import json\njson.loads('')")
    )
    assert failure(render, write(body, FRONT)).startswith("page.qmd:13\n")
    message = failure(render, write(cell("import json\n\njson.loads('')"), FRONT))
    assert message.startswith("page.qmd:9\n  the cell failed (decoder.py:")


@pytest.mark.parametrize(
    ("code", "line", "text"),
    [
        ("x = 1\ny = = 2", 8, "SyntaxError: invalid syntax"),
        ("if True:\nx = 1", 8, "IndentationError"),
        ("x = 1\nimport sys; sys.exit(3)", 8, "SystemExit: 3"),
        (
            "from trialtrace.base.errors import UserError\nraise UserError('plan.yaml, line 3')",
            8,
            "plan.yaml",
        ),
    ],
)
def test_other_failures(write, render, code, line, text):
    message = failure(render, write(cell(code), FRONT))
    assert message.startswith(f"page.qmd:{line}\n") and text in message


def test_interruption_is_no_failure_of_a_cell(write, render):
    with pytest.raises(KeyboardInterrupt):
        render(write(cell("raise KeyboardInterrupt"), FRONT))


def test_an_allowed_error_is_shown(write, render):
    body = cell("print('a')\nraise ValueError('<x>')", "error: true") + cell("'on'")
    assert shown(render(write(body, FRONT))) == ["pre: a", "pre: ValueError: <x>", "pre: 'on'"]


def test_inline_code_that_fails(write, render):
    message = failure(render, write("Text.\n\nSo `{python} missing`.", FRONT))
    assert message.startswith("page.qmd:8\n  `{python} missing` failed")
    assert "NameError" in message


@pytest.mark.parametrize("body", [cell("int('SECRET')"), "So `{python} int('SECRET')`."])
def test_a_private_document_does_not_tell_what_an_exception_says(write, render, body):
    secret = body.replace("'SECRET'", "'SEC' + 'RET-7'")
    with pytest.raises(UserError) as error:
        render(write(secret, FRONT), private=True)
    assert "ValueError (what it says may hold a value, and is not shown)" in str(error.value)
    assert "SECRET-7" not in str(error.value)
    assert "SECRET-7" in failure(render, write(secret, FRONT))


def test_a_data_frame_is_a_table_with_the_values_as_it_shows_them(write, render):
    values = "{'arm': ['a|b', '<i>*c*</i>'], 'x': [1 / 3, None]}"
    code = f"import pandas as pd\npd.DataFrame({values})"
    body = cell(code, "label: tbl-mine", "tbl-cap: Mine")
    body += cell("pd.DataFrame({('v', 'mean'): [2]}, index=pd.Index([1], name='k'))")
    body += cell("pd.DataFrame({'y': range(100)})")
    page = render(write(body, FRONT))
    rows = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", one) for one in page.split("<tr")]
    assert ["0", "a|b", "0.333333"] in rows and ["1", "&lt;i&gt;*c*&lt;/i&gt;", "NaN"] in rows
    assert "Mine" in page and "100 rows × 1 columns" in page
    assert render(write(body, FRONT), formats=("docx",))


def test_html_is_refused(write, render):
    frame = cell("class T:\n    def _repr_html_(self):\n        return '<table>'\nT()")
    assert "shows HTML" in failure(render, write(frame, FRONT))


def test_code_cannot_close_its_block(write, render):
    page = render(write(cell("print('```\\n<script>\\n````')"), FRONT))
    assert shown(page) == ["pre: ``` <script> ````"] and "<script>" not in page


def test_documents_do_not_see_each_other(write, render):
    first = cell("secret = 1\nimport matplotlib.pyplot as plt\nplt.rcParams['font.size'] = 40")
    render(write(first, FRONT))
    body = cell(
        "print('secret' in globals(), __name__)\nimport matplotlib\n"
        "print(matplotlib.rcParams['font.size'])"
    )
    assert shown(render(write(body, FRONT))) == ["pre: False __main__ 10.0"]


def process_state():
    """What a document could change of the process that renders it."""
    import matplotlib

    return (
        Path.cwd(),
        dict(os.environ),
        list(sys.path),
        sys.modules["__main__"],
        sys.stdout,
        sys.stderr,
        sys.displayhook,
        sys.excepthook,
        set(vars(builtins)),
        dict(matplotlib.rcParams),
    )


def test_the_process_is_left_as_it_was(write, render, tmp_path, monkeypatch):
    import matplotlib

    matplotlib.use("agg")
    before = process_state()
    code = (
        "import os, sys, matplotlib.pyplot as plt\nos.environ['X'] = '1'\nos.chdir('/')\n"
        "sys.path.insert(0, 'x')\nplt.rcParams['font.size'] = 3\nfig = plt.figure()\n"
        "raise ValueError"
    )
    failure(render, write(cell(code), FRONT))
    assert process_state() == before
    assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_nothing_is_written_into_the_home_folder(write, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    code = (
        "from pathlib import Path\nfrom trialtrace.report.render.api import render_document\n"
        f"render_document(Path({str(write(cell('1')))!r}), out_dir=Path({str(tmp_path)!r}) / 'o', "
        "stem='x', renderer='embedded', formats=['html'])"
    )
    environment = {**os.environ, "HOME": str(home)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    assert list(home.iterdir()) == []


def test_figures_are_shown_once_however_they_are_given(write, render):
    setup = cell(
        "import matplotlib.pyplot as plt\nfrom matplotlib.figure import Figure\n"
        "from IPython.display import display"
    )
    ways = [
        "fig, ax = plt.subplots(); ax.plot([1, 2])\nplt.show()",
        "fig, ax = plt.subplots()\nax.plot([1, 2])",
        "fig, ax = plt.subplots()\nax.plot([1, 2]);",
        "fig, ax = plt.subplots()\nfig",
        "fig = Figure()\nfig.subplots()\nfig",
        "fig = Figure()\nfig.subplots()\ndisplay(fig)",
    ]
    for way in ways:
        blocks = shown(render(write(setup + cell(way, "label: fig-a", "fig-cap: A"), FRONT)))
        assert [block.split(":")[0] for block in blocks] == ["img", "figcaption"], way


def test_a_cell_of_parameters_has_its_defaults(write, render):
    body = cell("trial = 'none'\nlevel = 0.5\nrows = []", "tags: [parameters]")
    body += cell("print(trial, level, rows)")
    assert shown(render(write(body, FRONT))) == ["pre: none 0.5 []"]


def test_inputs_are_found_beside_the_document(write, render, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.txt").write_text("content")
    source = write(cell("from pathlib import Path\nprint(Path('data/x.txt').read_text())"), FRONT)
    assert shown(render(source, inputs={"data": data})) == ["pre: content"]
    assert "is not there" in failure(render, source, inputs={"data": tmp_path / "none"})
    assert "plain file name" in failure(render, source, inputs={"../data": data})


def test_a_percent_sign_in_the_path_of_the_templates(write, render, tmp_path, monkeypatch):
    """pandoc reads %20 in a longer path as a blank."""
    from trialtrace.report.render import house, pandoc

    here, styles = tmp_path / "p%20q", tmp_path / "s%20t"
    shutil.copytree(pandoc.HERE, here)
    shutil.copytree(house.assets(), styles)
    monkeypatch.setattr(pandoc, "HERE", here)
    monkeypatch.setattr(house, "assets", lambda: styles)
    assert "Text." in render(write("Text."), formats=("html", "docx"))


@pytest.mark.parametrize("name", ["wyr0rkn2", "vw_0rkn2"])
def test_the_working_folder_is_not_shown(write, render, monkeypatch, name):
    monkeypatch.setattr("tempfile._name_sequence", iter([name, *"abcdefgh"]))
    source = write(cell("import os") + cell("print(os.getcwd())"), FRONT)
    told = failure(render, source)
    assert told.startswith("page.qmd:10\n  a cell shows the path of its working folder")
    inline = write(cell("import os") + "In `{python} os.getcwd()`.", FRONT)
    assert failure(render, inline).startswith("page.qmd:10\n")


def test_relative_paths_mean_what_they_mean_beside_the_document(write, render, tmp_path):
    home = tmp_path / "project" / "reports" / "mini"
    home.mkdir(parents=True)
    (tmp_path / "project" / "config").mkdir()
    (tmp_path / "project" / "config" / "x.txt").write_text("of the project")
    (home.parent / "shared.txt").write_text("of the reports")
    (home.parent / "_quarto.yml").write_text("project: {type: website}")
    code = "from pathlib import Path\nfor name in ('../../config/x.txt', '../shared.txt'):\n"
    code += "    print(Path(name).read_text())\nPath('mine.txt').write_text('x')\n"
    code += "print(Path('../_quarto.yml').exists(), Path('../../reports/mini').samefile('.'))"
    source = write(cell(code), FRONT)
    assert shown(render(source, home=home)) == ["pre: of the project of the reports False True"]
    assert not list(home.iterdir())
    assert "FileNotFoundError" in failure(render, source)


def test_import_is_light():
    code = "import sys, trialtrace.report.render; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"IPython", "matplotlib", "numpy", "pandas", "jupytext", "nbclient", "pypandoc", "yaml"}
    assert heavy & set(done.stdout.split()) == set()


def test_unknown_formats_and_renderers(write, tmp_path):
    for options in ({"formats": ["odt"]}, {"renderer": "latex"}):
        with pytest.raises(UserError, match="expected"):
            render_document(write("x"), out_dir=tmp_path / "o", stem="x", **options)
