"""What somebody does, by four tags on the body."""
