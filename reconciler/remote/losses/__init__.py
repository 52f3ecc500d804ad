"""What others, and the persons themselves, have on the server of what a plan would end."""
