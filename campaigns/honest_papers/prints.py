"""How a paper prints its numbers: habits drawn once a paper, and kept throughout it."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

TABLE = ("{k}/{n} ({p}%)", "{k} of {n} ({p}%)", "{k} ({p}%)", "{k} ({p}%)", "{k} ({p} %)")
TEXT = ("{k} of {n} ({p}%)", "{k}/{n} ({p}%)", "{p}% ({k}/{n})", "{p}%", "{k} ({p}%)")
MEANS = ("mean (SD) {m} ({s})", "mean ± SD {m} ± {s}", "mean {m} (SD {s})", "{m} (SD {s})")
MEDIANS = (
    "median (IQR) {m} ({a}–{b})",
    "median {m} (IQR {a} to {b})",
    "median {m} [IQR {a}-{b}]",
)
INTERVALS = (
    "{e} ({l}% CI {a} to {b})",
    "{e} ({l}% CI, {a} to {b})",
    "{e}; {l}% CI, {a} to {b}",
    "{e} ({l}% CI {a}–{b})",
    "{e} ({l}% CI {a}, {b})",
    "{e}, {l}% CI [{a}, {b}]",
)
P_STYLES = {"two": 30, "three": 28, "short": 12, "four": 8, "spss": 6, "stars": 16}
RATIOS = {
    "risk_ratio": ("risk ratio", "relative risk", "RR"),
    "odds_ratio": ("odds ratio", "OR", "odds ratio"),
    "hazard_ratio": ("hazard ratio", "HR", "hazard ratio"),
    "rate_ratio": ("rate ratio", "rate ratio", "rate ratio"),
}


def pick(rng, choices: dict):
    """One of the keys, by their weights."""
    weights = list(choices.values())
    return list(choices)[rng.choice(len(weights), p=[w / sum(weights) for w in weights])]


def draw_habits(rng) -> "Habits":
    """The habits of one paper."""
    return Habits(
        rounding=pick(rng, {"half up": 50, "half even": 44, "cut": 6}),
        percent=pick(rng, {0: 28, 1: 62, 2: 10}),
        mean=pick(rng, {1: 65, 2: 35}),
        ratio=pick(rng, {2: 85, 1: 7, 3: 8}),
        p_style=pick(rng, P_STYLES),
        p_letter=pick(rng, {"P": 1, "p": 1}),
        p_zero=bool(rng.random() < 0.65),
        p_space=bool(rng.random() < 0.5),
        table=int(rng.integers(len(TABLE))),
        text=int(rng.integers(len(TEXT))),
        means=int(rng.integers(len(MEANS))),
        medians=int(rng.integers(len(MEDIANS))),
        interval=int(rng.integers(len(INTERVALS))),
        level=pick(rng, {0.95: 93, 0.99: 4, 0.9: 3}),
        words=int(rng.integers(3)),
        minus=pick(rng, {"-": 1, "−": 1}),
        comma=bool(rng.random() < 0.3),
        capital=bool(rng.random() < 0.3),
        named=bool(rng.random() < 0.5),
        counts_test=pick(
            rng, {"chi_squared": 35, "fisher": 30, "chi_squared_corrected": 15, "either": 20}
        ),
        means_test=pick(rng, {"t": 50, "welch": 35, "mann_whitney": 15}),
        share_interval=pick(
            rng, {"wald": 40, "wilson": 30, "clopper_pearson": 25, "agresti_coull": 5}
        ),
        risk_interval=pick(rng, {"wald": 55, "newcombe": 28, "score": 17}),
        odds_interval=pick(rng, {"log": 80, "exact": 20}),
        lost=pick(rng, {"as failures": 40, "left out": 60}),
        numbers_at_visits=bool(rng.random() < 0.8),
        flipped=bool(rng.random() < 0.12),
        needed_up=bool(rng.random() < 0.5),
        in_strata=pick(rng, {"n": 60, "none": 40}),
        unsigned=bool(rng.random() < 0.15),
    )


@dataclass(frozen=True)
class Habits:
    """What stays the same within a paper; and the printing itself."""

    rounding: str
    percent: int
    mean: int
    ratio: int
    p_style: str
    p_letter: str
    p_zero: bool
    p_space: bool
    table: int
    text: int
    means: int
    medians: int
    interval: int
    level: float
    words: int
    minus: str
    comma: bool
    capital: bool
    named: bool
    counts_test: str
    means_test: str
    share_interval: str
    risk_interval: str
    odds_interval: str
    lost: str
    numbers_at_visits: bool
    flipped: bool
    needed_up: bool
    in_strata: str
    unsigned: bool

    def number(self, value: float, decimals: int, cuts: bool = True) -> str:
        """A number by the paper's way of rounding; a p-value is never cut off."""
        if self.rounding == "half even":
            text = f"{float(value):.{decimals}f}"
        else:
            way = ROUND_DOWN if self.rounding == "cut" and cuts else ROUND_HALF_UP
            grid = Decimal(1).scaleb(-decimals)
            text = str(Decimal(f"{float(value):.12g}").quantize(grid, way))
        if not text.strip("-0."):
            text = text.lstrip("-")
        return text.replace("-", self.minus)

    def whole(self, n: int) -> str:
        return f"{n:,}" if self.comma else str(n)

    def share(self, k: int, n: int, where: str = "table", percent=None, digits=None) -> str:
        """A count and its percentage."""
        style = (TABLE if where == "table" else TEXT)[getattr(self, where)]
        digits = self.percent if digits is None else digits
        shown = self.number(100 * k / n if percent is None else percent, digits)
        return style.format(k=k, n=n, p=shown)

    def percentage(self, percent: float, digits=None) -> str:
        return f"{self.number(percent, self.percent if digits is None else digits)}%"

    def share_with_interval(self, k, n, low, high, percent=None, count=True) -> str:
        value = self.percentage(100 * k / n if percent is None else percent)
        text = self.bounds(value, 100 * low, 100 * high, self.percent)
        return f"{k}/{n}, {text}" if count else text

    def mean_sd(self, m: float, s: float) -> str:
        text = MEANS[self.means]
        return text.format(m=self.number(m, self.mean), s=self.number(s, self.mean))

    def mean_se(self, m: float, s: float) -> str:
        return f"mean (SE) {self.number(m, self.mean)} ({self.number(s, self.mean + 1)})"

    def mean_interval(self, m: float, low: float, high: float) -> str:
        return "mean " + self.bounds(self.number(m, self.mean), low, high, self.mean)

    def median(self, m: float, a: float, b: float) -> str:
        form = {x: f"{y:g}" for x, y in zip("mab", (m, a, b), strict=True)}
        return MEDIANS[self.medians].format(**form)

    def median_range(self, m: float, a: float, b: float) -> str:
        return f"median {m:g} (range {a:g} to {b:g})"

    def bounds(self, value: str, low: float, high: float, digits: int) -> str:
        """An estimate and its interval."""
        a, b = self.number(low, digits), self.number(high, digits)
        style = INTERVALS[self.interval]
        if "–" in style and self.minus in a + b:
            style = INTERVALS[0]
        return style.format(e=value, l=round(100 * self.level), a=a, b=b)

    def p(self, p: float) -> str:
        """A p-value."""
        return self.p_letter + self._relation(p)

    def _relation(self, p: float) -> str:
        gap = " " if self.p_space else ""
        least = {"short": 0.01, "four": 0.0001, "spss": 0}.get(self.p_style, 0.001)
        if self.p_style == "stars":
            below = [x for x in (0.001, 0.01, 0.05) if p < x]
            if not below:
                return " = n.s." if self.p_space else "=NS"
            return f"{gap}<{gap}{self._zero(f'{below[0]:g}')}"
        if p < least:
            return f"{gap}<{gap}{self._zero(f'{least:g}')}"
        digits = {"two": 3 if p < 0.01 else 2, "short": 2, "four": 4}.get(self.p_style, 3)
        return f"{gap}={gap}{self._zero(self.number(p, digits, cuts=False))}"

    def _zero(self, text: str) -> str:
        return text if self.p_zero else text.removeprefix("0")

    def _with_p(self, text: str, p) -> str:
        return text if p is None else f"{text}{';' if ';' in text else ','} {self.p(p)}"

    def capitals(self, text: str) -> str:
        return text[0].upper() + text[1:] if self.capital else text

    def ratio_of(self, measure, value, low=None, high=None, p=None) -> str:
        """A ratio, by its name."""
        text = f"{RATIOS[measure][self.words]}{', ' if self.words == 2 else ' '}"
        text += self.number(value, self.ratio)
        if low is not None:
            text = self.bounds(text, low, high, self.ratio)
        return self._with_p(self.capitals(text) if self.words != 1 else text, p)

    def points(self, value, low=None, high=None, p=None) -> str:
        """A difference of percentages, given as a fraction."""
        form = ("{} percentage points", "difference, {} percentage points", "risk difference {}%")
        digits = max(self.percent, 1)
        if self.unsigned and value < 0:
            form = ("reduction of {} percentage points",) * 3
            value, low, high = -value, *(-x if x is not None else x for x in (high, low))
        text = self.capitals(form[self.words].format(self.number(100 * value, digits)))
        if low is not None:
            text = self.bounds(text, 100 * low, 100 * high, digits)
        return self._with_p(text, p)

    def difference(self, value, low=None, high=None, p=None, error=None) -> str:
        """A difference of means."""
        form = ("{}", "mean difference {}", "difference, {}")[self.words]
        text = self.capitals(form.format(self.number(value, self.mean)))
        if error is not None:
            text += f" (SE {self.number(error, self.mean + 1)})"
            text = f"{text}, {round(100 * self.level)}% CI {self.number(low, self.mean)} to "
            return self._with_p(text + self.number(high, self.mean), p)
        if low is not None:
            text = self.bounds(text, low, high, self.mean)
        return self._with_p(text, p)

    def needed(self, value: float) -> str:
        whole = -(-value // 1) if self.needed_up else float(self.number(value, 0))
        return f"{whole:.0f}"

    def reduction(self, share: float, of: str, low=None, high=None) -> str:
        """A relative reduction, in words."""
        text = f"{self.number(100 * share, 0)}%"
        if of == "efficacy":
            text = f"efficacy {self.number(100 * share, 1)}%"
            return self.capitals(self.bounds(text, 100 * low, 100 * high, 1))
        return {"odds": f"{text} reduction in the odds", "risk": f"{text} lower risk"}.get(
            of, f"reduced by {text}"
        )

    def statistic(self, name: str, df: tuple, value: float, p: float, more=None) -> str:
        """A test statistic with its degrees of freedom."""
        shown = ", ".join(f"{x:.2f}" if abs(x - round(x)) > 1e-9 else f"{round(x)}" for x in df)
        digits = 3 if name == "r" else 2
        found = self.number(value, digits, cuts=False)
        if name == "r":
            found = found.replace("0.", ".", 1)
        text = f"{name}({shown}) = {found}" if df else f"{name} = {found}"
        text = self._with_p(text, p)
        return text if more is None else f"{text}, ηp² = {self.number(more, 2).lstrip('0')}"

    def size(self, n: int) -> str:
        return self.whole(n)

    def words_of(self, text: str) -> str:
        return self.capitals(text)
