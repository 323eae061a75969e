"""Where the hub meets Lambda: environment, composition, clock, logs and metrics."""
