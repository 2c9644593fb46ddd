"""From logits and targets to scores with intervals."""
