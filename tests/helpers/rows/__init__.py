"""Made trials for the checks of rows: true ones, and fabricated ones by recipes."""
