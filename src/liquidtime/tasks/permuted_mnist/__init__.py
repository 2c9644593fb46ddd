"""Handwritten digits, pixel by pixel in a random order: which one is it?"""
