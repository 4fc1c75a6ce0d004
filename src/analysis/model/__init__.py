"""TRUST: keys, grain and totals hold, or it raises; every row read is accounted for."""
