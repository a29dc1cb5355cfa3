"""Trial reports from the papers' side: patients are drawn, and what a paper would print of them."""
