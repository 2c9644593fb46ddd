"""Handwritten digits, row by row: which one is it?"""
