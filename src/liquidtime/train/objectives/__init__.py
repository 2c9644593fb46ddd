"""What a network is trained to predict: one file a kind of target."""
