"""Re-randomisation against vectorised scipy.stats.permutation_test; `python -m` to print it.

CPU seconds of one thread, the median of nine rounds in which ours and the peer take turns. The
peer tests one endpoint by its cheapest statistic and keeps neither strata nor blocks; what it
would need for more endpoints or draws is scaled up from that.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

from trialtrace.stats import resampling as r

ROUNDS = 9
SEED = (20261120, 1)
OPTIONS = {
    "arm": 1,
    "sides": "two_sided",
    "exact_up_to": 0,
    "seed": SEED,
    "confidence": 0.95,
    "tie_tolerance": r.TIE_TOLERANCE,
}
LARGE = """
import resource
import numpy as np
from trialtrace.stats import resampling as r
n = 10_000
scheme = r.stratified(np.arange(n) % 2, np.arange(n) // 5_000)
scores = np.random.default_rng(1).normal(size=(n, 10))
before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
r.rerandomisation_test(scheme, scores, arm=1, sides="two_sided", draws=100_000, exact_up_to=0,
                       seed=(1, 2), confidence=0.95, tie_tolerance=r.TIE_TOLERANCE)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_utime - before, usage.ru_maxrss / 1024)
"""


def cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return time.process_time() - start


def in_turns(*calls: Callable[[], object]) -> list[float]:
    """Median CPU seconds of each, all of them in every round."""
    for call in calls:
        call()
    rounds = [[cpu(call) for call in calls] for _ in range(ROUNDS)]
    return [median(column) for column in zip(*rounds, strict=True)]


def scipy_test(y: np.ndarray, arm: np.ndarray, draws: int, batch: int) -> Callable[[], object]:
    """The peer: the sum of the treated, vectorised, in batches that suit the cache."""
    from scipy.stats import permutation_test

    return lambda: permutation_test(
        (y[arm == 1], y[arm == 0]),
        lambda x, _, axis: x.sum(axis=axis),
        vectorized=True,
        n_resamples=draws,
        batch=batch,
        rng=1,
    )


def row(what: str, ours: float, peer: float, ratio: float, target: str, met: bool) -> dict:
    return {
        "what": what,
        "ours_seconds": ours,
        "peer_seconds": peer,
        "ratio": ratio,
        "target": target,
        "met": met,
    }


def usual_trial() -> tuple[np.ndarray, dict[str, r.Scheme], np.ndarray]:
    rng = np.random.default_rng(1)
    arm = np.concatenate([rng.permutation([0, 0, 1, 1]) for _ in range(31)])
    patient = np.arange(arm.size)
    schemes = {
        "strata": r.stratified(arm, patient // 62),
        "blocks of 4": r.permuted_blocks(arm, patient // 4),
    }
    return arm, schemes, rng.normal(size=(arm.size, 1000))


def many_specifications() -> list[dict]:
    arm, schemes, scores = usual_trial()
    draws, part = 100_000, 10_000
    batch = min((100, 1000, 10_000), key=lambda b: cpu(scipy_test(scores[:, 0], arm, part, b)))
    rows = []
    for name, scheme in schemes.items():
        ours, peer, drawing, product = in_turns(
            lambda scheme=scheme: r.rerandomisation_test(scheme, scores, draws=draws, **OPTIONS),
            scipy_test(scores[:, 0], arm, part, batch),
            lambda scheme=scheme: r.draw_assignments(scheme, seed=SEED, start=0, stop=draws),
            lambda: bare_product(scores, draws),
        )
        peer *= scores.shape[1] * draws / part
        what = f"1,000 specifications x 100,000 draws, n = 124, {name}"
        rows.append(row(what, ours, peer, peer / ours, ">= 300", peer / ours >= 300))
        bare = drawing + product
        what += ": against drawing and the bare product"
        rows.append(row(what, ours, bare, ours / bare, "<= 3", ours <= 3 * bare))
    return rows


def bare_product(scores: np.ndarray, draws: int) -> None:
    """The float64 product alone, in blocks of rows that suit the cache."""
    block = np.ones((1000, len(scores)))
    out = np.empty((1000, scores.shape[1]))
    for _ in range(draws // 1000):
        np.matmul(block, scores, out=out)


def one_endpoint() -> list[dict]:
    arm, schemes, scores = usual_trial()
    y = scores[:, 0]
    event = (y > 0).astype(float)
    cells = event.reshape(-1, 4), arm.reshape(-1, 4)
    tables = [
        counts
        for one in (1, 0)
        for counts in ((cells[0] * (cells[1] == one)).sum(axis=1), (cells[1] == one).sum(axis=1))
    ]
    binary, ours, peer = in_turns(
        lambda: [r.binary_exact(*tables) for _ in range(100)],
        lambda: r.rerandomisation_test(schemes["blocks of 4"], y, draws=100_000, **OPTIONS),
        scipy_test(event, arm, 100_000, 1000),
    )
    exact = "binary endpoint in 31 blocks, exact, against 100,000 draws"
    drawn = "1 specification x 100,000 draws, n = 124, blocks of 4"
    return [
        row(exact, binary / 100, peer, peer / binary * 100, ">= 300", peer >= 3 * binary),
        row(drawn, ours, peer, peer / ours, "", True),
    ]


def large_trial() -> list[dict]:
    arm = np.arange(10_000) % 2
    y = np.random.default_rng(1).normal(size=arm.size)
    (peer,) = in_turns(scipy_test(y, arm, 500, 100))
    peer *= 10 * 100_000 / 500
    found = subprocess.run(
        [sys.executable, "-c", LARGE], capture_output=True, text=True, check=True
    )
    seconds, mib = map(float, found.stdout.split())
    what = "10 specifications x 100,000 draws, n = 10,000, 2 strata"
    return [
        row(what, seconds, peer, peer / seconds, "", True),
        row(what + ": peak memory, MiB", mib, 1024.0, mib / 1024, "<= 1", mib <= 1024),
    ]


def measure() -> list[dict]:
    """What, CPU seconds of ours and of the peer, their ratio, its target, whether it is met."""
    return [*many_specifications(), *one_endpoint(), *large_trial()]


if __name__ == "__main__":
    for line in measure():
        print(
            f"{line['what']}: {line['ours_seconds']:.4g} against {line['peer_seconds']:.4g}, "
            f"ratio {line['ratio']:.3g} {line['target']} {'' if line['met'] else 'MISSED'}"
        )
