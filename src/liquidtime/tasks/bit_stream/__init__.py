"""What the tasks on strings of bits share: their parts, their recipes, and how one is made."""
