"""What else one would use: plain models on the same split, to set a network's scores beside."""
