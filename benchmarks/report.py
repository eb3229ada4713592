"""How figures are written down."""

from benchmarks.figures import Times
from benchmarks.product import Asked


def ratio(ours: Times | None, theirs: Times | None) -> str:
    """Return ours by theirs, p50/p99: below one we are faster; "-" where there is nothing to compare."""
    if ours is None or theirs is None:
        return "-"
    return f"{ours.p50 / theirs.p50:.2f}/{ours.p99 / theirs.p99:.2f}"


def answered(*ways: Times | None) -> str:
    """Return the share of queries that each way answered, in percent; "-" for one that was not asked."""
    return "/".join("-" if one is None else f"{one.answered:.0%}".rstrip("%") for one in ways)


def memory_lines(asked: Asked, count: int) -> str:
    """Return lines about memory, start, keystrokes and lookups."""
    grown = {name: asked.after[name] - asked.before[name] for name in asked.after}
    each = {name: mb * 2**20 / count for name, mb in grown.items()}
    typed = asked.keystrokes
    lines = [
        (
            f"{'asking process':16}{asked.after['VmRSS']:9,.0f} MB resident; since it opened the folder: own (RssAnon)"
            f" {grown['RssAnon']:,.0f} MB = {each['RssAnon']:.0f} B per contact, mapped files (RssFile)"
            f" {grown['RssFile']:,.0f} MB = {each['RssFile']:.0f} B per contact"
        ),
        f"{'start':16}{asked.opened_s:9.2f} s until the first answer",
        (
            f"{'every keystroke':16}{1000 / typed.mean:9,.0f} per second and core; mean {typed.mean:.2f},"
            f" p50 {typed.p50:.2f}, p95 {typed.p95:.2f}, p99 {typed.p99:.2f} ms"
        ),
    ]
    lines += [
        f"{'lookup':16}{1000 / one.mean:9,.0f} per second and core, {name}: p50 {one.p50:.3f}, p99 {one.p99:.3f} ms"
        for name, one in asked.lookups.items()
    ]
    return "\n".join(lines)
