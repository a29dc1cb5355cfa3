"""The forms in which papers print their numbers: each is read, and each number in it is taken up.

A row: the expression => its components, in the order of `expression.NAMES`.
"""

import re

import pytest

from trialtrace.audit.printed.expression import parse
from trialtrace.audit.printed.symbols import MEASURES
from trialtrace.base.errors import UserError

# ruff: noqa: E501
READ = """
27 of 295 (9.2%) => count 27, denominator 295, percent 9.2
27/295 (9.2%) => count 27, denominator 295, percent 9.2
27/295 (9.2) => count 27, denominator 295, percent 9.2
27 (9.2%) => count 27, percent 9.2
27 (9.2) => count 27, percent 9.2
n = 27 (9.2%) => count 27, percent 9.2
n=27 => value 27
No. (%) 27 (9.2) => count 27, percent 9.2
n (%): 27 (9.2) => count 27, percent 9.2
27/295 => count 27, denominator 295
9.2% (27 of 295) => count 27, denominator 295, percent 9.2
9.2% (27/295) => count 27, denominator 295, percent 9.2
9.2% => percent 9.2
9.2% (95% CI 6.3 to 13.1) => percent 9.2, ci_low 6.3, ci_high 13.1
9.2% [6.3-13.1] => percent 9.2, ci_low 6.3, ci_high 13.1
27 patients (9.2%) => count 27, percent 9.2
27 of the 295 patients (9.2%) => count 27, denominator 295, percent 9.2
27/12.3 => count 27, percent 12.3
mean (SD) 62.1 (8.8) => value 62.1, sd 8.8
62.1 (SD 8.8) => value 62.1, sd 8.8
62.1 ± 8.8 => value 62.1, sd 8.8
62.1±8.8 (n=48) => denominator 48, value 62.1, sd 8.8
M = 62.1, SD = 8.8 => value 62.1, sd 8.8
62.1 ± 8.8 years => value 62.1, sd 8.8
62.1 ± 1.3 (SE) => value 62.1, se 1.3
62.1 (SE 1.3) => value 62.1, se 1.3
62.1 ± 1.3 SEM => value 62.1, se 1.3
62.1 ± 8.8 SD => value 62.1, sd 8.8
62.1 (8.8 SD) => value 62.1, sd 8.8
95% CI 0.3 to 0.9 => ci_low 0.3, ci_high 0.9
95% confidence interval, 0.3 to 0.9 => ci_low 0.3, ci_high 0.9
Cohen d = 0.3 => value 0.3
Friedman χ² = 5.3 => statistic 5.3
mean 62.1 (95% CI 60.1 to 64.1) => value 62.1, ci_low 60.1, ci_high 64.1
LS mean -3.4 (SE 0.5) => value -3.4, se 0.5
LS mean (SE) −3.4 (0.5) => value -3.4, se 0.5
median (IQR) 4 (5) => value 4, quartile_width 5
P = 0.03 (log-rank) => p 0.03
P (adjusted) = 0.03 => p 0.03
P = 0.03 (Bonferroni) => p 0.03
P (Holm-adjusted) = 0.03 => p 0.03
FDR-adjusted P = 0.03 => p 0.03
Cohen’s κ = 0.72 (95% CI 0.60 to 0.84) => value 0.72, ci_low 0.60, ci_high 0.84
rate 3.6 (per 1000 patient-days) => value 3.6
LSM -3.4 (SE 0.5) => value -3.4, se 0.5
least-squares mean −3.4 ± 0.5 => value -3.4, sd 0.5
least squares mean change -3.4 (95% CI -4.4 to -2.4) => value -3.4, ci_low -4.4, ci_high -2.4
adjusted mean -3.4 (SE 0.5) => value -3.4, se 0.5
adjusted mean difference -2.0 (95% CI -3.1 to -0.9) => value -2.0, ci_low -3.1, ci_high -0.9
LS mean difference -2.0 (95% CI -3.1 to -0.9; P=0.001) => value -2.0, ci_low -3.1, ci_high -0.9, p 0.001
LSMD -2.0 (95% CI -3.1 to -0.9) => value -2.0, ci_low -3.1, ci_high -0.9
median (IQR) 4 (2–7) => value 4, quartile_low 2, quartile_high 7
median [IQR] 4 [2–7] => value 4, quartile_low 2, quartile_high 7
median 4 (IQR 2-7) => value 4, quartile_low 2, quartile_high 7
median 4 (IQR, 2 to 7) => value 4, quartile_low 2, quartile_high 7
median 4 [2-7] => value 4, ci_low 2, ci_high 7
Mdn = 4, IQR = 2-7 => value 4, quartile_low 2, quartile_high 7
median 4 (Q1, Q3: 2, 7) => value 4, quartile_low 2, quartile_high 7
median (Q1, Q3) 4 (2, 7) => value 4, quartile_low 2, quartile_high 7
median (Q1-Q3) 4 (2-7) => value 4, quartile_low 2, quartile_high 7
4 (IQR 2-7) => value 4, quartile_low 2, quartile_high 7
4 [IQR, 2-7] => value 4, quartile_low 2, quartile_high 7
4 (interquartile range, 2 to 7) => value 4, quartile_low 2, quartile_high 7
median 4 (interquartile range 5) => value 4, quartile_width 5
median (range) 4 (1-9) => value 4, least 1, most 9
median 4 (range 1 to 9) => value 4, least 1, most 9
median 4 (25th-75th percentile, 2-7) => value 4, quartile_low 2, quartile_high 7
median (25th, 75th percentile) 4 (2, 7) => value 4, quartile_low 2, quartile_high 7
Hodges-Lehmann estimate −1.0 (95% CI -2.0 to -0.1) => value -1.0, ci_low -2.0, ci_high -0.1
median difference -1.0 (95% CI -2.0 to -0.1) => value -1.0, ci_low -2.0, ci_high -0.1
geometric mean 3.4 (95% CI 2.8 to 4.1) => value 3.4, ci_low 2.8, ci_high 4.1
geometric mean 3.4 (CV 45%) => value 3.4, cv 45
3.4 (CV 45%) => value 3.4, cv 45
GMR 1.05 (90% CI 0.98 to 1.12) => value 1.05, ci_low 0.98, ci_high 1.12
geometric LS mean ratio 1.05 (90% CI 0.98 to 1.12) => value 1.05, ci_low 0.98, ci_high 1.12
P=0.03 => p 0.03
P<0.001 => p <0.001
p = .03 => p 0.03
P = 0.03 (two-sided) => p 0.03
two-sided P = 0.03 => p 0.03
P=0.03 by log-rank test => p 0.03
P = 0.03, log-rank test => p 0.03
log-rank P = 0.04 => p 0.04
logrank p = 0.04 => p 0.04
stratified log-rank P = 0.04 => p 0.04
adjusted p = 0.03 => p 0.03
nominal P=0.03 => p 0.03
nominal two-sided P=0.03 => p 0.03
Dunnett-adjusted P=0.03 => p 0.03
Tukey-adjusted P = 0.03 => p 0.03
Hochberg-adjusted P=0.03 => p 0.03
Holm-adjusted P=0.03 => p 0.03
Bonferroni-corrected p = 1.00 => p 1.00
Bonferroni adjusted P=0.03 => p 0.03
multiplicity-adjusted P = 0.03 => p 0.03
unadjusted P = 0.03 => p 0.03
P for trend = 0.03 => p 0.03
P for interaction=0.30 => p 0.30
P=0.005 for noninferiority => p 0.005
P = NS => p ns
p-value: 0.03 => p 0.03
chi-square 4.3 (df 1), p=0.038 => statistic 4.3, df1 1, p 0.038
χ²(1) = 4.3, p = .038 => statistic 4.3, df1 1, p 0.038
χ² = 4.3, df = 1, p = .038 => statistic 4.3, df1 1, p 0.038
t(58) = 2.69, p = .009 => statistic 2.69, df1 58, p 0.009
t58 = 2.69, P = 0.009 => statistic 2.69, df1 58, p 0.009
t = 2.69, df = 58, p = 0.009 => statistic 2.69, df1 58, p 0.009
F(2, 87) = 3.4, p = 0.04 => statistic 3.4, df1 2, df2 87, p 0.04
F2,87 = 3.4 => statistic 3.4, df1 2, df2 87
F = 3.4, p = 0.04 => statistic 3.4, p 0.04
z = 2.1, p = 0.036 => statistic 2.1, p 0.036
log-rank χ² = 4.3 => statistic 4.3
Wilcoxon W = 345 => statistic 345
Mann-Whitney U = 345, p = 0.03 => statistic 345, p 0.03
U = 345, p = .03 => statistic 345, p 0.03
r = 0.45, p < 0.01 => statistic 0.45, p <0.01
HR 0.75 (95% CI 0.60 to 0.94) => value 0.75, ci_low 0.60, ci_high 0.94
hazard ratio, 0.75; 95% CI, 0.60 to 0.94; P=0.01 => value 0.75, ci_low 0.60, ci_high 0.94, p 0.01
adjusted HR 0.75 (95% CI 0.60-0.94) => value 0.75, ci_low 0.60, ci_high 0.94
aOR 0.52 (0.31-0.87) => value 0.52, ci_low 0.31, ci_high 0.87
OR = 0.52 [0.31, 0.87] => value 0.52, ci_low 0.31, ci_high 0.87
OR 0.52 (95% CrI 0.31 to 0.87) => value 0.52, ci_low 0.31, ci_high 0.87
posterior median odds ratio 0.52 (95% CrI, 0.31 to 0.87) => value 0.52, ci_low 0.31, ci_high 0.87
posterior mean difference 1.2 (95% credible interval 0.2 to 2.2) => value 1.2, ci_low 0.2, ci_high 2.2
RR 0.54 (95% CI, 0.35 to 0.84) => value 0.54, ci_low 0.35, ci_high 0.84
difference, -7.8 percentage points; 95% CI, -13.2 to -2.4 => percent -7.8, ci_low -13.2, ci_high -2.4
risk difference −7.8% (95% CI −13.2% to −2.4%) => percent -7.8, ci_low -13.2, ci_high -2.4
absolute risk difference -7.8 (97.5% CI -14 to -1.6) => value -7.8, ci_low -14, ci_high -1.6
-7.8 (95% CI -∞ to -1.6) => value -7.8, ci_high -1.6
difference 0.5 (one-sided 95% CI, -∞ to 2.1) => value 0.5, ci_high 2.1
upper limit of the one-sided 95% CI 2.1 => ci_high 2.1
upper bound of the 95% CI, 2.1 => ci_high 2.1
NNT 13 (95% CI 8 to 42) => value 13, ci_low 8, ci_high 42
45 events in 1,234 person-years (3.6 per 100 person-years) => count 45, person_time 1234, value 3.6
45 cases; 3.6/100 PY => count 45, value 3.6
3.6 per 100 person-years (95% CI 2.6 to 4.8) => value 3.6, ci_low 2.6, ci_high 4.8
3.6/100 PY => value 3.6
3.6 per 100 PY => value 3.6
annualized relapse rate 0.36 (95% CI 0.30 to 0.43) => value 0.36, ci_low 0.30, ci_high 0.43
ARR 0.36 (0.30 to 0.43) => value 0.36, ci_low 0.30, ci_high 0.43
rate 0.36 per patient per year => value 0.36
0.36 events per patient-year => value 0.36
rate ratio 0.64 (95% CI 0.52-0.79) => value 0.64, ci_low 0.52, ci_high 0.79
incidence rate ratio 0.64 (95% CI 0.52-0.79) => value 0.64, ci_low 0.52, ci_high 0.79
win ratio 1.18 (95% CI 1.05 to 1.33) => value 1.18, ci_low 1.05, ci_high 1.33
win ratio, 1.18; 95% CI, 1.05 to 1.33; P=0.005 => value 1.18, ci_low 1.05, ci_high 1.33, p 0.005
RMST difference 1.2 months (95% CI 0.3 to 2.1) => value 1.2, ci_low 0.3, ci_high 2.1
difference in RMST 1.2 months (95% CI 0.3 to 2.1) => value 1.2, ci_low 0.3, ci_high 2.1
restricted mean survival time 21.2 months (95% CI 19.9 to 22.5) => value 21.2, ci_low 19.9, ci_high 22.5
AUC 0.81 (95% CI 0.75 to 0.87) => value 0.81, ci_low 0.75, ci_high 0.87
area under the curve 0.81 (0.75-0.87) => value 0.81, ci_low 0.75, ci_high 0.87
C-statistic 0.81 (95% CI 0.75 to 0.87) => value 0.81, ci_low 0.75, ci_high 0.87
kappa 0.72 (95% CI 0.60 to 0.84) => value 0.72, ci_low 0.60, ci_high 0.84
κ = 0.72 => value 0.72
ICC 0.04 => value 0.04
intraclass correlation coefficient 0.04 (95% CI 0.01 to 0.09) => value 0.04, ci_low 0.01, ci_high 0.09
posterior probability 0.987 => value 0.987
posterior probability of superiority 98.7% => percent 98.7
P(OR<1) = 0.987 => value 0.987
Pr(HR < 1) = 0.987 => value 0.987
9,2% => percent 9.2
P = 0,03 => p 0.03
0,52 (0,31 to 0,87) => value 0.52, ci_low 0.31, ci_high 0.87
62,1 (SD 8,8) => value 62.1, sd 8.8
27 (9,2 %) => count 27, percent 9.2
OR 0,52 (95% CI 0,31-0,87) => value 0.52, ci_low 0.31, ci_high 0.87
12.4 months (95% CI 10.1 to NE) => value 12.4, ci_low 10.1
median 10.3 months (95% CI 6.7 to not reached) => value 10.3, ci_low 6.7
Cohen's d = 0.69 => value 0.69
SMD 0.31 (95% CI 0.10 to 0.52) => value 0.31, ci_low 0.10, ci_high 0.52
η² = 0.12 => effect 0.12
4 (2-7) => value 4, ci_low 2, ci_high 7
602 => value 602
1,234 => value 1234
27 of 295 => count 27, denominator 295
27/295 (9.2 %) => count 27, denominator 295, percent 9.2
27 out of 295, 9.2 percent => count 27, denominator 295, percent 9.2
1,027/1,295 (79.3%) => count 1027, denominator 1295, percent 79.3
11 (1.8%) => count 11, percent 1.8
3 of 120, 7 events => count 3, denominator 120, events 7
geometric mean 3.4 (CV 45.2%) => value 3.4, cv 45.2
3.4 (CV 45) => value 3.4, cv 45
12 (40.0) => count 12, percent 40.0
1,234 [12.5] => count 1234, percent 12.5
54.2 ± 10.1 => value 54.2, sd 10.1
mean 54.2 ± 10.1 years => value 54.2, sd 10.1
54.2 ± 10.1 (SE) => value 54.2, se 10.1
$4361 => value 4361
€ 1,200 => value 1200
US$ 1,200.50 => value 1200.50
relative hazard, 0.99 (0.80 to 1.22) => value 0.99, ci_low 0.80, ci_high 1.22
odds reduced by 67 % => percent 67
31.1 % higher => percent 31.1
20.0% => percent 20.0
9·2% => percent 9.2
7.7 percentage points => percent 7.7
+10.0 percentage points => percent 10.0
6.5 years => value 6.5
3.5 days => value 3.5
−7.8 => value -7.8
reduced by 40% => percent 40
40% reduction => percent 40
increased by 130% => percent 130
more than 80% => percent >80
less than 5 % => percent <5
at least 5% => percent >=5
about 40% => percent about40
P=0.005 => p 0.005
P < 0.0001 => p <0.0001
p<.001 => p <0.001
P about 0.006 => p about0.006
P ≈ 0.006 => p about0.006
P ≤ 0.05 => p <=0.05
P value less than 0.05 => p <0.05
P = n.s. => p ns
n.s. => p ns
not significant => p ns
reduced by 50–70 % => at_least >=50, at_most <=70
increased by 5% to 10% => at_least >=5, at_most <=10
41.2% (28–55) => percent 41.2, ci_low 28, ci_high 55
41.2% (28-55) => percent 41.2, ci_low 28, ci_high 55
41.2% (28 to 55) => percent 41.2, ci_low 28, ci_high 55
41.2% (28, 55) => percent 41.2, ci_low 28, ci_high 55
41.2% [95% CI: 28% to 55%] => percent 41.2, ci_low 28, ci_high 55
(95% CI 28 to 55) => ci_low 28, ci_high 55
median 10.3 months (95% CI, 6.7 to not reached) => value 10.3, ci_low 6.7
30.2 months (18.3–NR) => value 30.2, ci_low 18.3
HR 1.9 (95% CI 0.8 to ∞), P = 0.11 => value 1.9, ci_low 0.8, p 0.11
−7.8 (95% CI −13.2 to −2.4) => value -7.8, ci_low -13.2, ci_high -2.4
−7.8 (–13.2–2.4) => value -7.8, ci_low -13.2, ci_high 2.4
0.67 (95% CI, 0.53-0.84), P=0.0007 => value 0.67, ci_low 0.53, ci_high 0.84, p 0.0007
F(3, 63) = 5.907, p < 0.01 => statistic 5.907, df1 3, df2 63, p <0.01
F(1.78, 37.4) = 3.85 => statistic 3.85, df1 1.78, df2 37.4
t(28) = −2.20 => statistic -2.20, df1 28
mean (SD) 54.2 (10.1) => value 54.2, sd 10.1
54.2 (SD 10.1) => value 54.2, sd 10.1
mean ± SD 54.2 ± 10.1 => value 54.2, sd 10.1
54.2±10.1 (SD) => value 54.2, sd 10.1
M = 54.2, SD = 10.1 => value 54.2, sd 10.1
mean (SE) 54.2 (1.1) => value 54.2, se 1.1
β = 0.32 (SE 0.11), p = .004 => value 0.32, se 0.11, p 0.004
median (IQR) 65 (52–74) => value 65, quartile_low 52, quartile_high 74
median 6.5 days [interquartile range, 4 to 9] => value 6.5, quartile_low 4, quartile_high 9
65 (range 18–74) => value 65, least 18, most 74
hazard ratio, 0.74; 95% confidence interval [CI], 0.65 to 0.85; P<0.001 => value 0.74, ci_low 0.65, ci_high 0.85, p <0.001
RR 0·78 [95% CI 0·70–0·86] => value 0.78, ci_low 0.70, ci_high 0.86
95.0% (95% CrI 90.3–97.6) => percent 95.0, ci_low 90.3, ci_high 97.6
58% lower risk (95% CI 40–71) => percent 58, ci_low 40, ci_high 71
1.69% per year => value 1.69
no. (%) 13 (48.1) => count 13, percent 48.1
n = 27 => value 27
one-sided P=0.03 => p 0.03
P<0.001 for noninferiority => p <0.001
t = -1.8608, df = 17.776, p-value = 0.07939 => statistic -1.8608, df1 17.776, p 0.07939
X-squared = 12.6, df = 3 => statistic 12.6, df1 3
F-statistic: 4.846 on 2 and 27 DF, p-value: 0.01591 => statistic 4.846, df1 2, df2 27, p 0.01591
F2,27 = 4.85 => statistic 4.85, df1 2, df2 27
F(3, 63) = 5.907, ηp² = 0.22 => statistic 5.907, df1 3, df2 63, effect 0.22
r(28) = .30, p = .11 => statistic 0.30, df1 28, p 0.11
less with licorice => direction lower
Higher in the placebo group => direction higher
better balance with training => direction
"""
ODD = """
28 per 100,000 => value 28
28 per 100,000, 95% CI 20 to 36 => value 28, ci_low 20, ci_high 36
28 per 100 000 women => value 28
28 kg/m2 => value 28
P=1.2×10−5 => p 0.000012
41.2 (95 percent confidence interval, 28 to 55) => value 41.2, ci_low 28, ci_high 55
F(1,231)=27.36 => statistic 27.36, df1 1, df2 231
χ²(1, N = 235) = 4.2; P=.04 => statistic 4.2, df1 1, p 0.04
247 deaths per 100,000 person-years => value 247
139 of 11 037 (1.3%) => count 139, denominator 11037, percent 1.3
2p<0.00001 => p <0.00001
"""
"""Forms with numbers that are no component, such as "per 100,000"."""
FORMS = [tuple(row.split(" => ")) for row in (READ + ODD).strip().splitlines() if row]
ROWS = FORMS[: len(READ.strip().splitlines())]
NAMED = re.compile(r"[FHPQ]?[0-9.]+(?=th)|95%|90%|97\.5%|\bQ[13]\b|χ2|η²|[(]OR<1[)]|[(]HR < 1[)]")
"""Numbers that are no component: a level, the name of a quartile, the null of a chance."""


def components(printed):
    return ", ".join(
        f"{part.name} {part.relation if part.relation != '=' else ''}"
        f"{'' if part.value is None else part.value}"
        for part in parse(printed)
    ).rstrip()


def numbers(printed):
    """The numbers of an expression, without those that are no component."""
    plain = re.sub(r"(?<=\d),(?=\d{3})|per 1000? |/100 ", "", NAMED.sub("", printed)).replace(
        "·", "."
    )
    plain = re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", "." if "." not in printed else ",", plain)
    return sorted(map(float, re.findall(r"[0-9]*\.?[0-9]+", plain)))


def test_a_usual_form_is_read():
    found = {printed: components(printed) for printed, _ in FORMS}
    wanted = dict(FORMS)
    assert len(wanted) > 250
    assert {one: of for one, of in found.items() if of != wanted[one]} == {}


def test_every_number_of_a_form_is_a_component():
    """A number that is left over would be one that no check sees."""
    taken = {
        printed: sorted(abs(float(p.value)) for p in parse(printed) if p.value is not None)
        for printed, _ in ROWS
    }
    assert {one: of for one, of in taken.items() if of != numbers(one)} == {}


@pytest.mark.parametrize(
    ("printed", "name", "says"),
    [
        ("LS mean -3.4 (SE 0.5)", "value", {"symbol": "mean", "adjusted": True}),
        ("LS mean difference -2.0", "value", {"symbol": "mean_difference", "adjusted": True}),
        ("Hodges-Lehmann estimate -1.0", "value", {"symbol": "hodges_lehmann"}),
        ("Mdn = 4, IQR = 2-7", "value", {"symbol": "median"}),
        ("annualised exacerbation rate, 0.36", "value", {"unit": "per patient-year"}),
        ("posterior median odds ratio 0.52", "value", {"symbol": "odds_ratio", "adjusted": True}),
        ("P(OR<1) = 0.987", "value", {"symbol": "posterior_probability"}),
        ("win ratio 1.18", "value", {"symbol": "win_ratio"}),
        ("RMST difference 1.2 months", "value", {"symbol": "restricted_mean_difference"}),
        ("weighted kappa 0.72", "value", {"symbol": "kappa"}),
        ("LS mean (SE) -3.4 (0.5)", "value", {"symbol": "mean", "adjusted": True}),
        ("P = 0.03 (log-rank)", "p", {"test": "log_rank", "adjusted": False}),
        ("P (adjusted) = 0.03", "p", {"adjusted": True, "procedure": None}),
        ("P = 0.03 (Bonferroni-adjusted)", "p", {"adjusted": True, "procedure": "bonferroni"}),
        ("FDR-adjusted P = 0.03", "p", {"adjusted": True, "procedure": "multiplicity"}),
        ("Cohen's κ 0.72", "value", {"symbol": "kappa"}),
        ("rate 3.6 (per 1000 patient-days)", "value", {"unit": "per 1000 patient-days"}),
        ("log-rank P = 0.04", "p", {"test": "log_rank", "adjusted": False}),
        ("stratified log-rank P = 0.04", "p", {"test": "log_rank", "adjusted": True}),
        ("P = 0.03 by Fisher's exact test", "p", {"test": "fisher"}),
        ("Mann–Whitney U = 345", "statistic", {"test": "mann_whitney", "symbol": "u"}),
        ("Dunnett-adjusted P=0.03", "p", {"procedure": "dunnett", "adjusted": True}),
        ("Bonferroni-corrected p = 1.00", "p", {"procedure": "bonferroni", "adjusted": True}),
        ("adjusted p = 0.03", "p", {"procedure": None, "adjusted": True}),
        ("nominal two-sided P=0.03", "p", {"crude": True, "sides": "two_sided"}),
        ("0.5 (one-sided 95% CI, -∞ to 2.1)", "ci_high", {"sides": "one_sided", "level": 95}),
        ("upper limit of the one-sided 97.5% CI 2.1", "ci_high", {"sides": "one_sided"}),
    ],
)
def test_what_a_form_says_of_its_number(printed, name, says):
    (part,) = (one for one in parse(printed) if one.name == name)
    assert {key: getattr(part, key) for key in says} == says


@pytest.mark.parametrize(
    ("printed", "do"),
    [
        ("62.1 (8.8)", "mean (SD) 54.2 (10.1)"),
        ("9.2% vs. 16.9%; P=0.005", "a claim of each group"),
        ("27 (9.2%) versus 52 (16.9%)", "a claim of each group"),
        # A point and a comma: which of them parts decimals?
        ("0.52 (0,31 to 0,87)", "write '0.52 (0.31 to 0.87)'"),
    ],
)
def test_what_may_be_two_things_is_refused_with_a_way_out(printed, do):
    with pytest.raises(UserError) as told:
        parse(printed)
    assert do in str(told.value)


@pytest.mark.parametrize("printed", ["1,234", "5,260 (12%)", "602"])
def test_a_comma_before_three_digits_parts_thousands(printed):
    assert all(part.value == int(part.value) for part in parse(printed))


@pytest.mark.parametrize("between", ["of", "was", "in pain of", "for pain:", "of –", ","])
def test_a_sign_is_never_lost_to_the_words_before_it(between):
    """A number below 0 is read as one, or the expression is refused."""
    lost = []
    for measure in sorted(MEASURES):
        for number in ("-0.7", "-0.7%"):
            try:
                parts = parse(f"{measure} {between} {number}")
            except UserError:
                continue
            lost += [f"{measure} {number}" for part in parts if part.value >= 0]
    assert lost == []


@pytest.mark.parametrize("printed", ["62.1 (8.8)", "62,1 (8,8)"])
def test_two_numbers_of_no_said_kind_are_told_as_such(printed):
    with pytest.raises(UserError, match="what the number in brackets is"):
        parse(printed)
