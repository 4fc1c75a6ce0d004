"""SHOW: draws the table it is given; computes nothing."""
