"""Handwritten digits as events: which one is it?"""
