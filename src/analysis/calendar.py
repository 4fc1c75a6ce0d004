"""Days on which a firm sells: weekdays, public holidays, moved working days, moving festivals."""
