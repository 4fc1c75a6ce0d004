"""COUNT: numbers that have a name in meetings, computed inside the engine."""
