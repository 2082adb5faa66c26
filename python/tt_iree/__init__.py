"""tt-iree: IREE for Tenstorrent Blackhole.

Nothing here needs importing: after installation, `iree.compiler` knows the
target "tenstorrent" and `iree.runtime` the driver of that name. How that is
hooked in, and how to turn it off, is in docs/python.md.
"""

__version__ = "0.1.0"
