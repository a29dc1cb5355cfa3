"""Write data/resampling.csv: small trials whose assignments R can list, and two of usual size.

Run once, `python tests/oracle/make_data_resampling.py`; the file is committed. Patients of a case
have an arm, a stratum, a block within the stratum, a value y, a time with event, a covariate z.
"""

import numpy as np
from make_data import write


def drawn(rng: np.random.Generator, arms: str, strata: str, blocks: str, whole: bool) -> list:
    n = len(arms)
    y = rng.poisson(2, n) if whole else rng.normal(3, 2, n) + np.array([ord(a) for a in arms]) % 2
    time, event = rng.integers(1, 9, n), rng.integers(0, 3, n) > 0
    z = rng.normal(60, 10, n)
    return list(zip(arms, strata, blocks, y, time, 1 * event, z, strict=True))


def by_hand(arms: str, y: list[float], event: list[int]) -> list:
    n = len(arms)
    z = [50.0 + (7 * i) % 11 for i in range(n)]
    return list(zip(arms, "1" * n, "1" * n, y, range(1, n + 1), event, z, strict=True))


def main() -> None:
    rng = np.random.default_rng(20261120)
    tables = {
        "plain": drawn(rng, "aabababbbab", "1" * 11, "1" * 11, False),
        "ties": drawn(rng, "abbaabab", "1" * 8, "1" * 8, True),
        "unequal": drawn(rng, "aaabaaaaabaa", "1" * 12, "1" * 12, False),
        "strata": drawn(rng, "ababbaaabbab", "111111222223", "1" * 12, False),
        "strata_ties": drawn(rng, "abaabbaabbbab", "1111111222222", "1" * 13, True),
        "one_arm_stratum": drawn(rng, "abababaaa", "111111222", "1" * 9, False),
        "blocks": drawn(rng, "abbabaabbaa", "11111111222", "11112222111", False),
        "large_offset": [
            (arm, s, b, 1e6 + y, t, e, z)
            for arm, s, b, y, t, e, z in drawn(rng, "aabbabba", "1" * 8, "1" * 8, True)
        ],
        "three": by_hand("abb", [4.0, 1.0, 2.0], [1, 1, 0]),
        "constant": by_hand("ababab", [2.5] * 6, [0] * 6),
        "everyone": by_hand("aabbab", [1.0, 4.0, 1.0, 2.0, 2.0, 8.0], [1] * 6),
        "three_arms": drawn(rng, "abcacbbca", "1" * 9, "1" * 9, True),
        "three_arms_strata": drawn(rng, "abcacbabccb", "11111122222", "1" * 11, False),
        "usual": drawn(
            rng,
            "".join("ab"[i] for i in rng.integers(0, 2, 60)),
            "".join("123"[i] for i in rng.integers(0, 3, 60)),
            "1" * 60,
            True,
        ),
        "usual_three_arms": drawn(
            rng,
            "".join("abc"[i] for i in rng.integers(0, 3, 70)),
            "".join("12"[i] for i in rng.integers(0, 2, 70)),
            "1" * 70,
            True,
        ),
    }
    write(
        "resampling.csv",
        "case,arm,stratum,block,y,time,event,z",
        [
            (case, arm, int(s), int(b), float(y), int(t), int(e), float(z))
            for case, rows in tables.items()
            for arm, s, b, y, t, e, z in rows
        ],
    )


if __name__ == "__main__":
    main()
