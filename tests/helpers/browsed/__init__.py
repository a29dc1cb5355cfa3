"""Pages of a site in Chromium: what a browser complains of, and where numbers lead."""
