"""Direction of the next day at the stock market."""
