"""SAY: puts the table it is given into one sentence, and keeps the numbers."""
