"""How long an epoch of each model takes on the ICU stays, PhysioNet 2012."""
