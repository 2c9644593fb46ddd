"""Parity of a string of bits, a row a change: a run of ones is told by the time that it lasts.

The strings are made on the spot, and are those of xor-dense. A network has to count by the clock:
the gap between two rows says how many bits were alike.
"""

from liquidtime.tasks.bit_stream.making import bit_stream_task

TASK = bit_stream_task("event", "Parity of a string of up to 31 bits, a row a change")
