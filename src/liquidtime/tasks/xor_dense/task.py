"""Parity of a string of bits, a row a bit: does a network keep one bit of memory for 31 steps?

The strings are made on the spot. Published networks get it all right, or nothing.
"""

from liquidtime.tasks.bit_stream.making import bit_stream_task

TASK = bit_stream_task("dense", "Parity of a string of up to 31 bits, a row a bit")
