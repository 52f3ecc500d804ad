"""What the server does by itself or cannot do, and what a plan would mean to others on it."""
