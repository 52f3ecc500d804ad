"""One rule, one test: what it finds, that what it advises ends it, and what a project makes of its level."""
