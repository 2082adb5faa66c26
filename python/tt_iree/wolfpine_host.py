"""The simulator wolfpine as a child process of the driver.

Speaks docs/simulator-protocol.md on standard input, a stream socket. Run by any
Python that has wolfpine 2.2; it needs nothing else of this package.
"""

import os
import socket
import struct
import sys

# Its watchdog for deadlocks costs time; the driver has its own.
os.environ.setdefault("TT_SIM_DEADLOCK", "0")

VERSION = 1
REQUEST = struct.Struct("<IIIIHHIQ")  # magic, sequence, kind, size, x, y, 0, address
REPLY = struct.Struct("<IIII")  # magic, sequence, size, 0
REQUEST_MAGIC = 0x51484254
REPLY_MAGIC = 0x41484254
INFO, READ, WRITE, ADVANCE, RESET = 1, 2, 3, 4, 5
PAYLOAD_LIMIT = 1 << 20

WORKER_COLUMNS = [*range(1, 8), *range(10, 17)]
WORKER_ROWS = range(2, 12)
DRAM_BANKS = 8
DEFAULT_GRID = (2, 1)

SOFT_RESET_0 = 0xFFB121B0
RESET_ALL, RESET_ALL_BUT_BRISC = 0x47800, 0x47000


class Simulator:
    """A Blackhole whose workers are made when they are first addressed."""

    def __init__(self):
        from framework.arch import BLACKHOLE_PROFILE
        from framework.device.blackhole import Blackhole
        from framework.network.tt_noc import NUI

        # tt-metal v0.65.0's NoC code writes 0 to BRCST_EXCLUDE, which wolfpine
        # 2.2 takes for a register of Wormhole.
        NUI._BH_CMD_REG_TO_WH[0x2C] = None
        self.banks = BLACKHOLE_PROFILE.dram_channel_unified_coords
        self.device = Blackhole(None, [], noc_translation=True)
        self.device.reset()
        self.workers = set()
        self.cycles = 0

    def tile(self, x, y):
        """Where a tile with these translated coordinates is in wolfpine."""
        if x in (17, 18) and 12 <= y < 24:
            return self.banks[(x - 17) * 4 + (y - 12) // 3]
        if x not in WORKER_COLUMNS or y not in WORKER_ROWS:
            raise ValueError(f"there is no tile {x},{y}")
        if (x, y) not in self.workers:
            self.workers.add((x, y))
            self.device.add_tensix_tile((x, y))
            self.device.reset_tile((x, y))
        return (x, y)

    def read(self, x, y, address, size):
        return bytes(self.device.read(self.tile(x, y), address, size))

    def write(self, x, y, address, data):
        self.device.write(self.tile(x, y), address, data)

    def advance(self, cycles):
        self.device.run(cycles)
        self.cycles += cycles
        return self.cycles

    def set_reset(self, x, y, asserted):
        value = RESET_ALL if asserted else RESET_ALL_BUT_BRISC
        self.write(x, y, SOFT_RESET_0, struct.pack("<I", value))
        if asserted:
            # Wolfpine sees a reset when a clock passes under it.
            self.advance(1)


def receive(connection, size):
    """|size| bytes; None at the end of input."""
    data = bytearray()
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            if data:
                raise EOFError("the driver went away within a request")
            return None
        data += part
    return bytes(data)


def answer(simulator, connection, kind, size, x, y, address):
    if kind == INFO:
        columns = sum(1 << column for column in WORKER_COLUMNS)
        banks = (1 << DRAM_BANKS) - 1
        return struct.pack("<5I", VERSION, columns, banks, *DEFAULT_GRID)
    if kind in (READ, WRITE) and size > PAYLOAD_LIMIT:
        raise ValueError(f"a request of {size} bytes, at most {PAYLOAD_LIMIT}")
    if kind == READ:
        return simulator.read(x, y, address, size)
    if kind == WRITE:
        simulator.write(x, y, address, receive(connection, size))
        return b""
    if kind == ADVANCE:
        return struct.pack("<Q", simulator.advance(size))
    if kind == RESET:
        simulator.set_reset(x, y, size != 0)
        return b""
    raise ValueError(f"a request of unknown kind {kind}")


def main():
    simulator = Simulator()
    connection = socket.socket(fileno=0)
    while header := receive(connection, REQUEST.size):
        magic, sequence, kind, size, x, y, _, address = REQUEST.unpack(header)
        if magic != REQUEST_MAGIC:
            raise ValueError(f"a request with magic {magic:#x}")
        reply = answer(simulator, connection, kind, size, x, y, address)
        head = REPLY.pack(REPLY_MAGIC, sequence, len(reply), 0)
        connection.sendall(head + reply)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # The last words, for the driver's message.
        sys.exit(f"{type(error).__name__}: {error}")
