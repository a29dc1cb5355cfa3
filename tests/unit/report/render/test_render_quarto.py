"""The call of Quarto, against a stand-in that records its arguments and its environment."""

import io
import json
import os
import re
import stat
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest
import yaml

from trialtrace.base.errors import UserError
from trialtrace.base.stamp import SYNTHETIC
from trialtrace.report.render import quarto as quarto_module
from trialtrace.report.render.api import render_document
from trialtrace.report.render.docx import finished
from trialtrace.report.render.pandoc import find_pandoc

# The path of Python may hold a space, which a first line of a script cannot.
STAND_IN = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import json, os, pathlib, sys, zipfile
if "--version" in sys.argv:
    print("1.9.38")
    raise SystemExit
seen = pathlib.Path({seen!r})
kind = sys.argv[sys.argv.index("--to") + 1]
source = pathlib.Path("document.qmd").read_text()
files = sorted(p.name for p in pathlib.Path().iterdir())
record = dict(args=sys.argv[1:], env=dict(os.environ), cwd=os.getcwd(), source=source,
              files=files)
(seen / f"{{kind}}.json").write_text(json.dumps(record))
out = pathlib.Path("rendered")
out.mkdir(exist_ok=True)
if kind == "html":
    (out / "document.html").write_text("<p>{body}</p>")
else:
    with zipfile.ZipFile(out / "document.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w:t>{body}</w:t>")
print("{log}" .replace("HERE", os.getcwd()), file=sys.stderr)
raise SystemExit({status})
"""

BODY = "```{python}\n#| tags: [parameters]\ntrial = 1\n```\n\nText.\n"


@pytest.fixture
def quarto(tmp_path, monkeypatch):
    """Puts a stand-in first on the PATH; gives back the folder of what it saw."""
    prefix, seen = tmp_path / "env", tmp_path / "seen"
    seen.mkdir()
    (prefix / "bin").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}")

    def install(body="fine", log="Output created", status=0):
        script = prefix / "bin" / "quarto"
        script.write_text(
            textwrap.dedent(STAND_IN).format(
                python=sys.executable,
                seen=str(seen),
                body=body,
                log=log,
                status=status,
            )
        )
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return seen

    install.prefix = prefix
    return install


def run(write, tmp_path, **options):
    source = write(BODY, "title: '*T*'\ndate: 2026-01-31\nexecute: {echo: false}")
    options = {"renderer": "quarto", **options}
    return render_document(source, out_dir=tmp_path / "out", stem="report", **options)


def record(seen: Path, kind: str) -> dict:
    return json.loads((seen / f"{kind}.json").read_text())


def test_arguments_and_files(quarto, write, tmp_path, figures):
    seen = quarto()
    files = run(write, tmp_path, inputs={"figures": figures})
    assert files.renderer == "quarto 1.9.38"
    assert files.html == tmp_path / "out" / "report.html"
    assert files.html.read_text() == "<p>fine</p>" and files.docx.is_file()
    for kind in ("html", "docx"):
        call = record(seen, kind)
        assert call["args"] == [
            "render",
            "document.qmd",
            "--to",
            kind,
            "--output-dir",
            "rendered",
        ]
        assert "figures" in call["files"]
        assert not Path(call["cwd"]).exists()


def test_a_pdf_beside_its_pages_is_the_embedded_renderers(quarto, write, tmp_path):
    seen = quarto()
    files = run(write, tmp_path, formats=("html", "docx", "pdf"))
    assert files.renderer == "quarto 1.9.38"
    assert sorted(file.name for file in files.files) == ["report.docx", "report.html", "report.pdf"]
    assert files.html.read_text() == "<p>fine</p>"
    assert sorted(file.stem for file in seen.iterdir()) == ["docx", "html"]
    source = tmp_path / "page.qmd"
    render_document(source, out_dir=tmp_path / "alone", stem="report", formats=("pdf",))
    assert files.pdf.read_bytes() == (tmp_path / "alone/report.pdf").read_bytes()


def test_environment(quarto, write, tmp_path, monkeypatch):
    seen = quarto()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setenv("MPLBACKEND", "tkagg")
    run(write, tmp_path)
    environment = record(seen, "docx")["env"]
    assert environment["QUARTO_PYTHON"] == sys.executable
    assert environment["SOURCE_DATE_EPOCH"] == "315532800"
    assert (environment["TZ"], environment["LC_ALL"]) == ("UTC", "C.UTF-8")
    assert environment["MATPLOTLIBRC"].endswith("matplotlibrc")
    assert "MPLBACKEND" not in environment and "QUARTO_SHARE_PATH" not in environment


def test_conda_layout(quarto, write, tmp_path):
    seen = quarto()
    for name in ("conda-meta", "share/quarto", "lib"):
        (quarto.prefix / name).mkdir(parents=True)
    for name in ("bin/deno", "bin/pandoc", "lib/deno_dom.so"):
        (quarto.prefix / name).touch()
    run(write, tmp_path)
    environment = record(seen, "html")["env"]
    assert environment["QUARTO_CONDA_PREFIX"] == str(quarto.prefix)
    assert environment["QUARTO_DENO_DOM"] == str(quarto.prefix / "lib/deno_dom.so")
    assert environment["QUARTO_SHARE_PATH"] == str(quarto.prefix / "share/quarto")
    assert "QUARTO_TYPST" not in environment


def test_front_matter_of_the_copy(quarto, write, tmp_path):
    seen = quarto()
    run(write, tmp_path, title="A <b> title", stamp=SYNTHETIC)
    call = record(seen, "html")
    _, head, body = call["source"].split("---\n", 2)
    meta = yaml.safe_load(head)
    assert body.strip() == BODY.strip()
    assert meta["title"] == "A &#60;b&#62; title" and "date-format" in meta
    assert meta["execute"] == {"echo": False, "daemon": False}
    html = meta["format"]["html"]
    assert html["fig-format"] == "svg"
    (applied,) = meta["filters"]
    assert Path(applied["path"]).name == "quarto.lua" and applied["at"] == "pre-ast"
    assert html["embed-resources"] is True and html["html-math-method"] == "mathml"
    assert (
        html["include-in-header"] in call["files"] and html["include-before-body"] in call["files"]
    )
    assert meta["format"]["docx"]["reference-doc"].endswith("reference-synthetic.docx")


@pytest.mark.parametrize(
    ("stand_in", "message"),
    [
        ({"status": 1, "log": "HERE/document.qmd broke"}, "document.qmd broke"),
        ({"body": "see ?@fig-x there"}, "@fig-x"),
        ({"body": "see <b>?@</b>tbl-y"}, "@tbl-y"),
        ({"log": "WARNING Unable to resolve crossref @sec-z"}, "@sec-z"),
        ({"log": "Could not fetch resource x"}, "could not be embedded"),
    ],
)
def test_failures_leave_nothing(quarto, write, tmp_path, stand_in, message):
    quarto(**stand_in)
    with pytest.raises(UserError, match=message) as caught:
        run(write, tmp_path)
    assert "trialtrace-" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_choice_of_renderer(quarto, write, tmp_path, monkeypatch):
    quarto()
    assert run(write, tmp_path, renderer="embedded").renderer == "embedded"
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UserError, match="no `quarto` on the PATH") as caught:
        run(write, tmp_path)
    assert "report.renderer" in str(caught.value) and "environment.yml" in str(caught.value)


def test_the_filter_gives_a_docx_widths_and_words_for_pictures(tmp_path, figures):
    """As Quarto runs it before its own filters, by pandoc alone."""
    text = "| A | Long words of a table |\n|---|---:|\n| 1 | words of it |\n"
    text += '\n![](dot.png){fig-alt="A dot"}\n'
    filtering = quarto_module.FILTER
    environment = {
        **os.environ,
        quarto_module.FOLDER: str(figures),
        "QUARTO_PYTHON": sys.executable,
    }

    def written(kind: str) -> bytes:
        out = tmp_path / f"made.{kind}"
        command = [find_pandoc(), "--from=markdown", f"--to={kind}", f"--output={out}"]
        command.append(f"--lua-filter={filtering}")
        subprocess.run(command, input=text.encode(), env=environment, cwd=figures, check=True)
        return out.read_bytes()

    assert b'src="dot.svg"' in written("html") and b"<col" not in written("html")
    with zipfile.ZipFile(io.BytesIO(finished(written("docx")))) as archive:
        document = archive.read("word/document.xml").decode()
    assert '<wp:docPr descr="A dot" title=""' in document
    first, second = re.findall(r'<w:gridCol w:w="(\d+)"', document)
    assert int(second) > 3 * int(first) and "<w:cantSplit/>" in document
