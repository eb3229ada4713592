"""Judge one input again, as a fault told it: `python -m tests.fuzz.replay JUDGE HEX`, or the HEX from a file by `<`."""

import sys

from tests.fuzz.conversation import conversations
from tests.fuzz.judges import parsers

JUDGES = parsers() | conversations()

if __name__ == "__main__":
    name, *told = sys.argv[1:]
    JUDGES[name][0](bytes.fromhex(told[0] if told else sys.stdin.read()))
