"""Coverage of intervals and type I error of tests, simulated.

`python campaigns/simulate.py` runs every module of campaigns/simulated/; `--only survival,rates`
some of them. Seeds are fixed and each family has a stream
of its own, so a figure depends on its module, on `--draws` and on the statistics alone.
"""

import argparse
import importlib
import os
import time
from collections.abc import Iterable
from pathlib import Path

from record import circumstances, table

FOLDER = Path(__file__).parent / "simulated"
DRAWS = 10_000
SEED = 20_260_101
# Monte Carlo errors within which a figure counts as the nominal one.
WIDTH = 3.0
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
HEAD = ("figure", "trials", "nominal", "measured", "Monte Carlo error", "draws", "")


def families() -> list[str]:
    """Names of the modules."""
    return sorted(path.stem for path in FOLDER.glob("[!_]*.py"))


def figures(family: str, draws: int) -> list:
    """The figures of one family, the same for the same number of draws."""
    import numpy as np

    rng = np.random.default_rng([SEED, *family.encode()])
    return importlib.import_module(f"simulated.{family}").simulate(rng, draws)


def title(family: str) -> str:
    return _told(family)[0]


def _told(family: str) -> tuple[str, str]:
    """Title and introduction: the docstring's first line, without its full stop, and the rest."""
    text = importlib.import_module(f"simulated.{family}").__doc__ or ""
    first, _, rest = text.strip().partition("\n")
    return first.removesuffix("."), rest.strip()


def verdict(figure) -> str:
    """Beside the nominal number, in words; nothing where none is promised."""
    if figure.nominal is None:
        return ""
    # Where all or none came about the error is 0, though another draw might differ: one in draws.
    width = WIDTH * max(figure.monte_carlo_error, 1 / figure.draws)
    if abs(figure.measured - figure.nominal) <= width:
        return "as stated"
    return "above" if figure.measured > figure.nominal else "below"


def row(figure) -> tuple[str, ...]:
    nominal = "–" if figure.nominal is None else f"{figure.nominal:g}"
    numbers = (f"{figure.measured:.4f}", f"{figure.monte_carlo_error:.4f}", f"{figure.draws:,}")
    return (figure.what, figure.design, nominal, *numbers, verdict(figure))


def section(family: str, draws: int) -> str:
    began = time.process_time()
    rows = sorted(map(row, figures(family, draws)), key=lambda line: line[0])
    seconds = time.process_time() - began
    told = (
        f"`campaigns/simulated/{family}.py`, {seconds:.0f} CPU seconds. {circumstances()}",
        _told(family)[1],
        table(HEAD, rows),
    )
    return "\n\n".join(filter(None, told))


def main(given: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="families, with commas between them")
    parser.add_argument("--draws", type=int, default=DRAWS, help="trials a figure")
    asked = parser.parse_args(given)
    # Matrices are small here: threads would only wait for each other. Read when numpy is loaded.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    for family in asked.only.split(",") if asked.only else families():
        print(f"## {title(family)}\n\n{section(family, asked.draws)}\n", flush=True)


if __name__ == "__main__":
    main()
