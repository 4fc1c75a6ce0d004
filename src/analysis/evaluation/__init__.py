"""What the suite is measured to do: every figure computed anew, with interval and target."""
