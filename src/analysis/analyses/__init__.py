"""ANSWER: one question, one table; table in, table out."""
