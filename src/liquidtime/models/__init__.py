"""The networks that can be fitted: one module each, with the options of that network alone.

`catalogue` finds them, `contract` says what they have in common.
"""
