"""Moving a brain in time: steps in order, samples kept, runs gone on with."""
