"""What a table may hold that its user did not mean, told in notes."""
