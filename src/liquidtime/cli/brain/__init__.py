"""What the verbs share that are about brains."""
