"""Conversation: a whole session as its owner leads it, whose answers are counted; and the lane beside it."""

import contextlib
import zlib
from collections import Counter
from random import Random

from directory_server.fronts.ldap import ber, lane
from directory_server.fronts.ldap.event import Abandon, Bind, Operation
from directory_server.fronts.ldap.filter import Present
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import (
    Decoded,
    ExtendedRequest,
    Message,
    RequestRefusedError,
    Scope,
    SearchRequest,
    decode,
)
from directory_server.fronts.ldap.response import NOTICE_OF_DISCONNECTION, Code, Tag, messages
from directory_server.fronts.ldap.search import Running, Tree
from directory_server.fronts.ldap.session import CANCEL, Session
from tests.fakes import ldap_requests as written
from tests.fakes.ldap_book import sample_book
from tests.fuzz.exploring import Judge

LIMITS = Limits(operations=8)
BOOK = sample_book()
_ABANDON, _UNBIND = 0x50, 0x42
_RUNNING = Running(1.0)
_OID = NOTICE_OF_DISCONNECTION.encode()


def tree() -> Tree:
    """Return the directory as a bound client sees it, that remembers nothing yet."""
    return Tree("dc=contacts", BOOK, LIMITS, can_start_tls=True)


def search(of: Tree, operation: Operation, request: SearchRequest) -> bytes:
    """Return the answer of a search as a connection gives it."""
    operations = lane.whole_way(operation, request, of, _RUNNING, lambda: 0.0)
    if operations is None:
        operations = of.search(request, operation.controls, waiting=True).answer(_RUNNING, lambda: 0.0)
    return messages(operation.id, operations)


class Conversation:
    """Leads one session; whatever it may not do is an AssertionError.

    `plan` decides what the owner is free to. It answers `at_once`, sooner or later, or at the end.
    """

    def __init__(self, plan: Random, *, at_once: bool) -> None:
        self._plan = plan
        self._at_once = 1.0 if at_once else plan.choice((0.0, 0.6))
        self._lets_in = plan.random() < 0.7
        self._secure = plan.random() < 0.5
        self.session = Session(LIMITS, secure=self._secure, can_start_tls=not self._secure, decoded=Decoded())
        if plan.random() < 0.5:
            self.session.client = "sbc"
        self._tree = tree()
        self._open: dict[int, Operation] = {}
        self._noticed = False
        self.started_tls = False
        self.abandoned = 0
        self.finals: Counter[int] = Counter()
        self.output = b""
        self._streams = [b""]  # what arrived in plain, and behind each StartTLS

    def hear(self, data: bytes) -> None:
        """Let these bytes arrive."""
        self._streams[-1] += data
        self.session.receive(data)
        while (event := self.session.next_event()) is not None:
            self._do(event)
            assert len(self.session.outstanding) <= LIMITS.operations
        self._read()
        held = len(self.session._input)
        most = LIMITS.pdu_after_bind if self.session.client else LIMITS.pdu_before_bind
        assert held <= most, f"{held} bytes wait"
        announced = ber.header(self.session._input, 0, held)
        assert announced is None or announced[2] <= most, f"{announced[2]} bytes are waited for"
        assert not self.session.waiting
        assert not (self.session.closed and (self._open or held))

    def end(self) -> None:
        """Answer what is open."""
        for number in self._plan.sample(list(self._open), len(self._open)):
            self._finish(number)
        assert not self.session.outstanding
        assert self.session.next_event() is None

    def _do(self, event: Bind | Operation | Abandon | object) -> None:
        self._read()  # what was answered before this event
        if isinstance(event, Operation):
            assert event.id not in self._open, "two operations of one message id"
            self._open[event.id] = event
            if self._plan.random() < self._at_once:
                self._finish(event.id)
        elif isinstance(event, Abandon):
            self.abandoned += len(event.ids)
            for number in event.ids:
                del self._open[number]
        elif isinstance(event, Bind):
            if self._lets_in:
                self.session.bound(event.id, "sbc", "dn:cn=sbc")
            else:
                self.session.refuse_bind(event.id, Code.INVALID_CREDENTIALS, "")
        else:
            self.started_tls = True
            self._streams.append(b"")  # the rest of this piece is dropped; the next begins anywhere
            self.session.tls_started()
        if self._at_once and self._open and self._plan.random() < 0.3:
            self._finish(next(iter(self._open)))

    def _finish(self, number: int) -> None:
        self._read()
        operation = self._open.pop(number)
        if isinstance(operation.request, SearchRequest):
            answer = search(self._tree, operation, operation.request)
        else:
            answer = self._tree.compare(number, operation.request)
        self.session.finished(number, answer)
        self._read()

    def _read(self) -> None:
        """Count what is sent: whole messages, no result for what is still worked on, nothing behind a notice."""
        data = self.session.take_output()
        self.output += data
        at = 0
        while at < len(data):
            assert not self._noticed, "something behind the notice of disconnection"
            start, stop = ber.expect(data, at, len(data), ber.SEQUENCE)
            at = stop
            start, end = ber.expect(data, start, stop, ber.INTEGER)
            number = ber.integer(data, start, end)
            tag, inner, stop = ber.read(data, end, stop)
            assert tag in Tag._value2member_map_
            if tag == Tag.SEARCH_ENTRY:
                continue
            start, end = ber.expect(data, inner, stop, ber.ENUMERATED)
            code = ber.integer(data, start, end)
            if number == 0:
                assert _OID in data[inner:stop]
                self._noticed = True
            else:
                assert number not in self._open or code == Code.CANCELED, "a result for what is still worked on"
                self.finals[number] += 1

    def judge(self) -> None:
        """Compare with what the streams themselves say: as many results as requests, and a goodbye."""
        asked: Counter[int] = Counter()
        tags: list[int] = []
        for stream in self._streams:
            numbers, operations = frames(stream)
            asked += numbers
            tags += operations
        for number, count in self.finals.items():
            assert count <= asked[number], f"{count} results for {asked[number]} requests"
        total = self.finals.total()
        if self.session.closed:
            assert self._noticed or _UNBIND in tags, "closed without a word"
            assert total <= self.session.messages
        elif not self.abandoned:
            unanswered = tags.count(_ABANDON) if not self.started_tls else total
            assert self.started_tls or total == self.session.messages - unanswered, "a request without a result"


def frames(data: bytes) -> tuple[Counter[int], list[int]]:
    """Return how often each message id, and in order which operations, a stream holds up to its first bad frame."""
    numbers: Counter[int] = Counter()
    tags: list[int] = []
    at = 0
    try:
        while at < len(data):
            start, stop = ber.expect(data, at, len(data), ber.SEQUENCE)
            start, end = ber.expect(data, start, stop, ber.INTEGER)
            numbers[ber.integer(data, start, end)] += 1
            tags += data[end : end + 1]
            at = stop
    except ber.BerError:
        pass
    return numbers, tags


def pieces(data: bytes, plan: Random) -> list[bytes]:
    """Cut a stream as a network may: at once, byte by byte, or anyhow."""
    kind = plan.randrange(3)
    if kind == 0 or len(data) > LIMITS.pdu_before_bind:
        return [data]
    if kind == 1 and len(data) < 400:
        return [data[at : at + 1] for at in range(len(data))]
    cuts = sorted(plan.randrange(len(data) + 1) for _ in range(plan.randrange(1, 9)))
    return [data[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def session(data: bytes) -> None:
    """Lead a session whose owner takes its time, then twice one that is answered at once: pieces do not matter."""
    seed = zlib.crc32(data)
    slow = Conversation(Random(seed), at_once=False)
    for piece in pieces(data, Random(seed)):
        slow.hear(piece)
    slow.end()
    slow.judge()
    whole, cut = (Conversation(Random(seed), at_once=True) for _ in range(2))
    whole.hear(data)
    for piece in pieces(data, Random(seed)):
        cut.hear(piece)
    for one in (whole, cut):
        one.end()
        one.judge()
    assert whole.started_tls or whole.output == cut.output, "the answer depends on how the stream was cut"


def remembered(data: bytes) -> None:
    """Check that the lane answers from memory what the whole way answers, request by request."""
    fresh, warm = tree(), tree()
    rest = data
    while rest:
        try:
            stop = ber.expect(rest, 0, len(rest), ber.SEQUENCE)[1]
        except ber.BerError:
            return
        one, rest = rest[:stop], rest[stop:]
        quick = Session(LIMITS)
        quick.client = "sbc"
        for other in (one[:-1], one + b"\0", one[:1] + bytes((one[1] ^ 1,)) + one[2:], one + rest if rest else b""):
            assert lane.answer(other, quick, warm) is None, "an answer to what is not one whole message"
        known = lane.answer(one, quick, warm)
        found = None
        with contextlib.suppress(ber.BerError, RequestRefusedError):
            found = decode(one, LIMITS, Decoded())
        if found is None:
            assert known is None, "an answer to what cannot be read"
            continue
        request = found.request
        if not isinstance(request, SearchRequest) or found.controls:
            assert known is None
            continue
        operation = Operation(found.id, request, found.body)
        if known is None:
            known = search(warm, operation, request)
        assert sorted_parts(known) == sorted_parts(_worked_out(fresh, found, request))


def _worked_out(fresh: Tree, found: Message, request: SearchRequest) -> bytes:
    wanted = fresh.search(request, waiting=False)
    if not wanted.quick:
        wanted = fresh.search(request, waiting=True)
    return wanted.run(found.id, _RUNNING, lambda: 0.0)


def sorted_parts(data: bytes) -> list[bytes]:
    """Return the messages of an answer in any one order: entries have none."""
    parts = []
    at = 0
    while at < len(data):
        stop = ber.read(data, at, len(data))[2]
        parts.append(data[at:stop])
        at = stop
    return sorted(parts)


def conversations() -> dict[str, tuple[Judge, list[bytes]]]:
    """Return each judge by its name, and what its mutation begins with."""
    searches = [written.search(number, text) for number, text in enumerate(written.filters(), 1)]
    controlled = [written.search(7, "(sn=*)", controls=(one,)) for one in written.controls()]
    others = written.others()
    calls = [written.search(n, f"(telephoneNumber=+49{n}0123456789)") for n in range(1, 5)]
    too_large = written.request(1, SearchRequest("", Scope.BASE, 0, 0, False, Present("cn"), ("cn",) * 300))
    streams = [
        b"".join(others),
        b"".join(searches[:4]),
        others[0] + searches[0] + others[4] + others[9],
        b"".join(calls),
    ]
    cancel = written.request(2, ExtendedRequest(CANCEL, b"\x30\x03\x02\x01\x01"))
    streams += [
        searches[0] + more for more in (too_large, cancel, searches[0], too_large + cancel, cancel + searches[0])
    ]
    return {
        "session": (session, [*searches, *controlled, *others, *streams]),
        "remembered": (remembered, [*streams, *(one + one for one in searches), *searches]),
    }
