"""Twins of the AWS adapters in memory: same contract, same refusals, no network."""
