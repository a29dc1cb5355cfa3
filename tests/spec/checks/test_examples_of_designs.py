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
        "asleep/mean_difference.crossover": (1.509210526316, -2.63238635917, 5.65080741181),
        "asleep/p_value.crossover_t": (0.464959180061,),
        "asleep_periods/t.crossover_t_period": (-0.0688784008536,),
        "asleep_periods/t.crossover_t_carry_over": (-0.001753928141,),
        "asleep_periods/period_difference.crossover": (
            -0.1407894736842,
            -4.28238635917,
            4.00080741181,
        ),
        "asleep_periods/carry_over.crossover": (-0.0131578947, -15.2135680578, 15.1872522684),
        "asleep_paired/p_value.signed_rank_normal_continuity": (0.414835535286,),
        "rested/p_value.mainland_gart": (0.025641025641,),
        "rested/z.prescott": (-2.63513025088,),
    },
    "made_clusters": {
        "pressure/mean_difference.clustered": (
            -0.310418612849,
            -0.310418612849 - T_15 * 2.7716363117301,
            -0.310418612849 + T_15 * 2.7716363117301,
        ),
        "pressure_cr3/mean_difference.clustered": (
            -0.310418612849,
            -0.310418612849 - T_15 * 2.9593042195482,
            -0.310418612849 + T_15 * 2.9593042195482,
        ),
        "pressure_random/mean_difference.random_cluster": (-1.814399714739,),
        "pressure_practices/mean_difference.cluster_means": (
            0.0149428926,
            -7.09690232965,
            7.12678811488,
        ),
        "controlled/odds_ratio.clustered": (1.01721656181,),
        "controlled_practices/risk_difference.cluster_means": (
            -0.000702297292,
            -0.180148417601,
            0.178743823017,
        ),
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
