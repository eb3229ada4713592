"""How very many lines come back after a region was lost: `python benchmarks/reconnect.py [--lines N] [--relays N]`.

A simulation with the directories' own back-off (`uplink.dial`). All lines are lost at one moment; the relays that are
left take handshakes one after the other, as many a second as was measured (`relay_lines`); who has waited ten seconds
gives up and backs off, and its handshake is work done for nothing if it had begun.
"""

import argparse
import heapq
import itertools
import random
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from directory_server.fronts.uplink.dial import OPEN_S, back_off

STEP_S = 0.05


@dataclass(frozen=True)
class Recovery:
    """What happened: seconds until half, 99 % and all were back, tries, and the busiest second's tries."""

    half_s: float
    most_s: float
    all_s: float
    tries: int
    peak: int

    def __str__(self) -> str:
        return (
            f"half after {self.half_s:6.1f} s   99 % after {self.most_s:6.1f} s   all after {self.all_s:6.1f} s"
            f"   {self.tries:,} tries, {self.peak:,} in the busiest second"
        )


def simulate(lines: int, connects_s: float, seed: int = 1) -> Recovery:
    """Return how so many lines come back to relays that serve so many handshakes a second together."""
    chance, order = random.Random(seed), itertools.count()
    due = [(back_off(0, chance.random), next(order), 0) for _ in range(lines)]
    heapq.heapify(due)
    waiting: deque[tuple[float, int]] = deque()
    back: list[float] = []
    tries, peaks, now, room = 0, dict[int, int](), 0.0, 0.0
    while len(back) < lines:
        while due and due[0][0] <= now:
            at, _, attempt = heapq.heappop(due)
            waiting.append((at, attempt))
            tries += 1
            peaks[int(at)] = peaks.get(int(at), 0) + 1
        room = min(room + connects_s * STEP_S, max(connects_s * STEP_S, 1.0))
        while waiting and waiting[0][0] < now - OPEN_S:
            at, attempt = waiting.popleft()
            heapq.heappush(due, (at + OPEN_S + back_off(attempt + 1, chance.random), next(order), attempt + 1))
        while waiting and room >= 1:
            waiting.popleft()
            back.append(now)
            room -= 1
        now += STEP_S
    return Recovery(back[lines // 2], back[lines * 99 // 100], back[-1], tries, max(peaks.values()))


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000, help="lines that are lost at once")
    parser.add_argument("--connects", type=float, default=1000, help="handshakes a second that one core serves")
    parser.add_argument("--relays", type=int, nargs="+", default=[1, 2, 4, 8, 16], help="cores that are left")
    asked = parser.parse_args()
    for relays in asked.relays:
        print(f"{asked.lines:,} lines, {relays:2} cores: {simulate(asked.lines, relays * asked.connects)}")


if __name__ == "__main__":
    main()
