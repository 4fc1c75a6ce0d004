"""What speaks for and against each possible cause of a change, checked before it is judged."""
