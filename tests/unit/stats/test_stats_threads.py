"""Functions of many short products keep BLAS to one thread, and give it back."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from trialtrace.stats import StatsError, resampling
from trialtrace.stats._threads import one_thread
from trialtrace.stats.continuous.group_means import group_moments


def threads() -> set[int]:
    return {
        library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
    }


def test_blas_has_one_thread_during_a_call_and_its_own_number_after():
    with threadpool_limits(limits=2, user_api="blas"):
        before = threads()
        assert one_thread(threads)() == {1}
        assert threads() == before
        with pytest.raises(StatsError):
            one_thread(group_moments)([1.0], [0], [[2]], groups=1)
        assert threads() == before


@pytest.mark.parametrize("limit", [1, 2])
def test_numbers_do_not_depend_on_the_threads_of_the_caller(limit):
    rng = np.random.default_rng(4)
    scheme = resampling.fixed_margins(np.repeat(["a", "b"], 40))
    scores = rng.normal(size=(80, 60))
    options = {"arm": "b", "seed": (1, 2), "start": 0, "stop": 500}
    with threadpool_limits(limits=1, user_api="blas"):
        alone = resampling.draw_statistics(scheme, scores, **options)
    with threadpool_limits(limits=limit, user_api="blas"):
        assert np.array_equal(resampling.draw_statistics(scheme, scores, **options), alone)
