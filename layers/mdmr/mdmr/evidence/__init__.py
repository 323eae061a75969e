"""Evidence of what operators did: chained records, and their copies that nobody can change."""
