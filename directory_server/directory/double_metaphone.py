"""Double Metaphone (Lawrence Philips, 2000): how English, Slavic, Italian, Spanish, French … names sound. Pure.

The published rules as one table. A rule is a regular expression for the letters it takes at this place, with what must
stand before and behind; the first that fits gives its codes. Letters that no rule fits are silent: vowels within the
word, h and w without a sound. Codes are not cut at four letters as Philips' were, to keep long names apart.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

_VOWELS = frozenset("aeiouy")
_V = "[aeiouy]"


@dataclass(frozen=True, slots=True)
class _Rule:
    """`letters` sound as `first`, or in the other reading as `second`; `only` in words of one kind (see `_kind`)."""

    letters: str
    first: str
    second: str
    only: str


def _rule(letters: str, first: str, second: str | None = None, *, only: str = "") -> _Rule:
    return _Rule(letters, first, first if second is None else second, only)


_SLAVIC, _NOT_SLAVIC, _SCH = "slavic", "not slavic", "sch"

_RULES: Final = {
    "b": (_rule("bb?", "P"),),
    "c": (
        _rule("(?<=[^aeiouy]a)ch(?![ie])|(?<=[bm]a)ch(?=er)", "K"),  # Bach, Schumacher
        _rule("^ca(?=e?sar)", "S"),  # also contracted: casar
        _rule("ch(?=ia)", "K"),  # chianti
        _rule("(?<=.)ch(?=ae)", "K", "X"),  # Michael
        _rule("^ch(?=ar(?:ac|is)|or(?!e)|ym|em)", "K"),  # chorus, chemistry
        _rule("ch", "K", only=_SCH),
        _rule("(?<=or)ch(?=es|id)|(?<=ar)ch(?=it)|ch(?=[ts])", "K"),  # orchestra, architect, Wright's "cht"
        _rule("(?:^|(?<=[aoue]))ch(?=[lrnmbhfvw]|$)", "K"),  # Wachtler, Koch
        _rule("^ch", "X"),
        _rule("(?<=^m)ch", "K"),  # McHugh
        _rule("ch", "X", "K"),
        _rule("(?<!wi)cz", "S", "X"),  # Czerny
        _rule("cci(?=a)", "X"),  # focaccia
        _rule("(?<=^m)c(?:c(?![ei])|(?=c))", "K"),  # McClellan
        _rule("(?<=^a)cc(?:[ie]|h(?!u))|(?<=u)cce(?=[es])", "KS"),  # accident, success
        _rule("(?<!^m)cc(?:[ie]|h(?!u))", "X"),  # Bertucci
        _rule("c[ckgq]", "K"),
        _rule("ci(?=[oea])", "S", "X"),  # Italian
        _rule("c[iey]", "S"),
        _rule("c", "K"),
    ),
    "d": (
        _rule("dg[iey]", "J"),  # edge
        _rule("dg", "TK"),  # Edgar
        _rule("d[td]?", "T"),
    ),
    "f": (_rule("ff?", "F"),),
    "g": (
        _rule("^g(?=n)", ""),
        _rule("(?<=[^aeiouy])gh", "K"),
        _rule("^gh(?=i)", "J"),  # Ghislane
        _rule("^gh", "K"),
        _rule("(?:(?<=[bhd].)|(?<=[bhd]..)|(?<=[bh]...))gh", ""),  # Hugh, bough, broughton
        _rule("(?<=[cglrt].u)gh", "F"),  # Gough, McLaughlin
        _rule("(?<=[^i])gh", "K"),
        _rule("gh", ""),  # Knight
        _rule(f"(?<=^{_V})gn", "KN", "N", only=_NOT_SLAVIC),  # Agnes
        _rule("gn(?!ey)", "N", "KN", only=_NOT_SLAVIC),  # Bologna
        _rule("gn", "KN"),
        _rule("gl(?=i)", "KL", "L", only=_NOT_SLAVIC),  # Tagliaro
        _rule("^g(?:y|e(?=[spblyir])|i(?=[blne]))", "K", "J"),  # Gilbert, Giles
        _rule("(?<![ei])g(?:(?<!^[drm]ang)e(?=r)|(?<![ro]g)y)", "K", "J"),  # Wager
        _rule("g[eiy]|(?<=[ao])gg(?=i)", "K", only=_SCH),
        _rule("ge(?=t)", "K"),
        _rule("gi(?=er$)", "J"),  # Rogier
        _rule("g[eiy]|(?<=[ao])gg(?=i)", "J", "K"),  # Biaggi
        _rule("gg?", "K"),
    ),
    "h": (_rule(f"(?:^|(?<={_V}))h{_V}", "H"),),
    "j": (
        _rule("^j(?=ose$)", "H"),
        _rule("j(?=ose)", "J", "H"),  # Josefa
        _rule("^jj?", "J", "A"),  # Jankelowicz as Yankelovich
        _rule(f"(?<={_V})j(?=[ao])", "J", "H", only=_NOT_SLAVIC),  # Bajador
        _rule("j$", "J", ""),
        _rule("(?<![skl])j(?:j|(?![ltksnmbz]))", "J"),
        _rule("jj?", ""),
    ),
    "k": (
        _rule("^k(?=n)", ""),
        _rule("kk?", "K"),
    ),
    "l": (
        _rule("(?<=i)ll(?=[oa]$)|(?<=a)ll(?=e$|e.*[ao]s?$)", "L", ""),  # Cabrillo, Gallegos
        _rule("ll?", "L"),
    ),
    "m": (
        _rule("(?<=u)mb(?=$|er)|mm?", "M"),  # Plumber
    ),
    "n": (_rule("nn?", "N"),),
    "p": (
        _rule("^p(?=[ns])", ""),
        _rule("ph", "F"),
        _rule("p[pb]?", "P"),  # Campbell
    ),
    "q": (_rule("qq?", "K"),),
    "r": (
        _rule("(?<=ie)(?<!m[ea]ie)r$", "", "R", only=_NOT_SLAVIC),  # Rogier
        _rule("rr?", "R"),
    ),
    "s": (
        _rule("(?<=[iy])s(?=l)", ""),  # Carlisle
        _rule("^s(?=ugar)", "X", "S"),
        _rule("sh(?=eim|oek|olm|olz)", "S"),  # Trautsheim
        _rule("sh", "X"),
        _rule("si[oa]", "S", "X", only=_NOT_SLAVIC),
        _rule("si[oa]", "S"),
        _rule("^s(?=[mnlw])|sz", "S", "X"),  # Smith as Schmidt, Szabo
        _rule("sch(?=e[rn])", "X", "SK"),  # Schermerhorn, Schenker
        _rule("sch(?=oo|uy|e[dm])", "SK"),  # Schooner
        _rule("^sch(?![aeiouyw])", "X", "S"),  # Schmidt, Schneider
        _rule("sch", "X"),
        _rule("sc[iey]", "S"),
        _rule("sc.?", "SK"),
        _rule("(?<=[ao]i)s$", "", "S"),  # Artois
        _rule("s[sz]?", "S"),
    ),
    "t": (
        _rule("tio(?=n)|tia|tch", "X"),
        _rule("th(?=[oa]m)", "T"),  # Thomas
        _rule("t(?:h|t(?=h))", "T", only=_SCH),
        _rule("t(?:h|t(?=h))", "0", "T"),  # Smith
        _rule("t[td]?", "T"),
    ),
    "v": (_rule("vv?", "F"),),
    "w": (
        _rule("^wi[ct]z", "ATS", "FFX"),
        _rule("^w(?=r)", ""),
        _rule("wr", "R"),
        _rule(f"^w(?={_V})", "A", "F"),  # Wassermann as Vasserman
        _rule("^w(?=h)", "A"),
        _rule(f"(?<={_V})w$|(?<=[eo])w(?=sk[iy])", "", "F"),  # Arnow, Filipowski
        _rule("w", "", "F", only=_SCH),
        _rule("wi[ct]z", "TS", "FX"),  # Filipowicz
    ),
    "x": (
        _rule("^x", "S"),
        _rule("(?<=[ao]u)x$", ""),  # Breaux
        _rule("x[cx]?", "KS"),
    ),
    "z": (
        _rule("zh", "J"),  # Zhao
        _rule("zz(?=[oia])", "S", "TS"),  # pizza
        _rule("(?<=[^t])zz?", "S", "TS", only=_SLAVIC),
        _rule("zz?", "S"),
    ),
}

_Table = dict[str, tuple[re.Pattern[str], tuple[tuple[str, str], ...]]]


@cache
def _table(*, slavic: bool, sch: bool) -> _Table:
    """Return by letter its rules in one kind of word as one expression, and the codes by number of the fitting rule."""
    kinds = {"", _SLAVIC if slavic else _NOT_SLAVIC, _SCH if sch else ""}
    table: _Table = {}
    for letter, rules in _RULES.items():
        fitting = [rule for rule in rules if rule.only in kinds]
        pattern = re.compile("|".join(f"({rule.letters})" for rule in fitting))
        table[letter] = pattern, (("", ""), *((rule.first, rule.second) for rule in fitting))
    return table


def codes(word: str) -> tuple[str, str]:
    """Return both codes of a word of letters a-z in lower case; they are equal where there is one reading.

    Other letters are silent. A word without any sound has empty codes.
    """
    table = _table(slavic="w" in word or "k" in word or "cz" in word, sch=word.startswith("sch"))
    first = second = "A" if word[:1] in _VOWELS else ""
    at, end = 0, len(word)
    while at < end:
        rules = table.get(word[at])
        found = rules[0].match(word, at) if rules else None
        if rules and found:
            one, other = rules[1][found.lastindex or 0]
            first += one
            second += other
            at = found.end()
        else:
            at += 1
    return first, second
