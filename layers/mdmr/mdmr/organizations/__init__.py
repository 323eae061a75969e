"""Who takes part: organizations, their roles and rights, and the parameters set for them."""
