"""Guards of how much one plan ends or changes; `counted_losses` says what is counted."""
