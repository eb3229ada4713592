"""Judge one input again, as a fault told it: `python -m tests.fuzz.replay JUDGE HEX`."""

import sys

from tests.fuzz.conversation import conversations
from tests.fuzz.judges import parsers

JUDGES = parsers() | conversations()

if __name__ == "__main__":
    JUDGES[sys.argv[1]][0](bytes.fromhex(sys.argv[2]))
