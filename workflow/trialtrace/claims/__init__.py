"""Claims: published numbers read as printed, compared with the results, and told in a sentence."""
