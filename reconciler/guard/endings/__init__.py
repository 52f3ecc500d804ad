"""Guards of what ends with a plan: what must not end, what is lost with it, and who else uses it."""
