"""Death in hospital, PhysioNet 2012."""
