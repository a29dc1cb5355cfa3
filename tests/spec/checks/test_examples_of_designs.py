"""The invented trials of two designs: their results by R, and all of them checked.

By R 4 on the derived data. made_crossover: `lm(y ~ subject + period + treatment)`, `t.test(first +
second ~ sequence, var.equal = TRUE)`, `wilcox.test(paired = TRUE, exact = FALSE)`,
`fisher.test` of the patients whose periods differ, and
`cor(first - second, sequence) * sqrt(n - 1)` (Prescott). made_clusters: `lm(y ~ arm + before)` with
`clubSandwich::vcovCR` (CR2, CR3) and `qt(0.975, 18 - 3)`, `lme4::lmer(y ~ arm + before +
(1 | practice))`, `t.test` of the practices' means, `anova(lm(y ~ arm + practice))`.
"""

import pytest
from checked_share import coverage

from trialtrace.run.methods.checking.run import check_results
from trialtrace.run.tables.contracts import CHECKS, read_table

T_15 = 2.1314495455597742
BY_R = {
    "made_crossover": {
        "asleep/mean_difference.crossover": (1.588235, -2.037793, 5.214264),
        "asleep/p_value.crossover_t": (0.37894794,),
        "asleep_periods/t.crossover_t_period": (-2.1809246,),
        "asleep_periods/t.crossover_t_carry_over": (-0.091825,),
        "asleep_periods/period_difference.crossover": (-3.882353, -7.508381, -0.2563247),
        "asleep_periods/carry_over.crossover": (-0.5882353, -13.636888, 12.460417),
        "asleep_paired/p_value.signed_rank_normal_continuity": (0.37377467,),
        "rested/p_value.mainland_gart": (0.1648352,),
        "rested/z.prescott": (1.777519,),
    },
    "made_clusters": {
        "pressure/mean_difference.clustered": (
            0.4847995,
            0.4847995 - T_15 * 3.55608989,
            0.4847995 + T_15 * 3.55608989,
        ),
        "pressure_cr3/mean_difference.clustered": (
            0.4847995,
            0.4847995 - T_15 * 3.85430526,
            0.4847995 + T_15 * 3.85430526,
        ),
        "pressure_random/mean_difference.random_cluster": (1.7160833,),
        "pressure_practices/mean_difference.cluster_means": (1.2824375, -5.522011, 8.086886),
        "controlled/odds_ratio.clustered": (0.9763807,),
        "controlled_practices/risk_difference.cluster_means": (-0.02477625, -0.2199092, 0.1703567),
    },
}


@pytest.mark.parametrize("name", BY_R)
def test_the_results_are_those_of_r(results, name):
    rows = {
        row["result_id"].removeprefix(f"{name}/").split("@")[0]: row
        for row in results(name).to_pylist()
    }
    for of, expected in BY_R[name].items():
        row = rows[of]
        found = (row["stat_value"], row["ci_low"], row["ci_high"])[: len(expected)]
        assert found == pytest.approx(expected, rel=2e-5), of


@pytest.mark.parametrize("name", BY_R)
def test_every_result_is_there_and_is_checked(trials, results, name, tmp_path):
    assert not [row for row in results(name).to_pylist() if row["error"]]
    trial, folder = trials(name)
    out = tmp_path / "checks.parquet"
    check_results(trial, folder / "derived", folder / "analysis", out)
    assert coverage(results(name), read_table(out, CHECKS)) == 1.0
