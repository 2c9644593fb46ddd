"""Handwritten digits, pixel by pixel: which one is it?"""
