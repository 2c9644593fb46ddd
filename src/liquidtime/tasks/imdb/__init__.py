"""Film reviews: praise or blame?"""
