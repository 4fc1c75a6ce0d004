"""A run: notebooks executed, what they found collected, one pack published."""
