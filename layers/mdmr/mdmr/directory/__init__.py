"""The master directory: what holds of service delivery points, meters and modules, and when."""
