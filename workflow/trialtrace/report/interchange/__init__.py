"""A run's data in the forms that other programs exchange: ADaM with Define-XML, CSV."""
