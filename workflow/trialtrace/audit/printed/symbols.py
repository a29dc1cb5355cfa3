"""What a part of a printed expression may say it is, apart from the patterns that read it."""

UNSAID = "unsaid"
"""The symbol of a number of which the expression does not say what it is."""
ADJUSTED = ("ahr", "aor")
CHI_SQUARED = "χ²"
STANDARDISED = "standardised"
"""The symbol of an effect size that is a standardised difference of means."""
SPREADS = {"sd": "standard deviation", "se": "standard error"}
AVERAGES = ("mean", "median", "geometric_mean")
