import struct
import zlib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SIZE = 'width="4" height="4"'
DOT_SVG = f'<svg xmlns="http://www.w3.org/2000/svg" {SIZE}><rect {SIZE}/></svg>'


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def dot_png() -> bytes:
    header = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00\x00\x00\x00\x00" * 4)
    parts = _chunk(b"IHDR", header), _chunk(b"IDAT", rows), _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.fixture
def figures(tmp_path: Path) -> Path:
    folder = tmp_path / "prepared"
    folder.mkdir()
    (folder / "dot.png").write_bytes(dot_png())
    (folder / "dot.svg").write_text(DOT_SVG)
    return folder


@pytest.fixture
def contract() -> Path:
    return HERE / "contract.qmd"


@pytest.fixture
def write(tmp_path: Path):
    """A document of the given body; options go into its front matter."""

    def make(body: str, front: str = "title: T\nexecute: {echo: false}") -> Path:
        path = tmp_path / "page.qmd"
        path.write_text(f"---\n{front}\n---\n\n{body}", encoding="utf-8")
        return path

    return make


@pytest.fixture
def render(tmp_path: Path):
    """Render with the embedded renderer; the text of the page and the paths."""
    from trialtrace.report.render.api import render_document

    def run(source: Path, **options):
        options = {"renderer": "embedded", "formats": ("html",), **options}
        files = render_document(source, out_dir=tmp_path / "out", stem="page", **options)
        return files.html.read_text(encoding="utf-8") if files.html else files.docx.read_bytes()

    return run
