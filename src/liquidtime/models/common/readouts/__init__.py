"""Ways to read a recurrent layer out: each makes one vector of the outputs along a series."""
