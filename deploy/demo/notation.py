"""How people write numbers: one number, many notations, as they lie in real address books."""

from deploy.demo.people import VOCABULARY, Dice, Number


def grouped(digits: str, size: int = 2) -> str:
    """Return digits in groups from the left, no digit alone: "9999812" -> "99 99 812"."""
    groups = [digits[at : at + size] for at in range(0, len(digits), size)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = ["".join(groups[-2:])]
    return " ".join(groups)


def german(number: Number, dice: Dice) -> str:
    """Return a German number as a German office writes it."""
    area, line, ext = number.area, number.line, number.extension
    whole = line + ext
    tail = f"-{ext}" if ext else ""
    return dice.pick([
        f"0{area}/{line}{tail}",
        f"0{area}/{line}{tail}",
        f"0{area} {line}{tail}",
        f"+49 (0){area} {line}{tail}",
        f"+49 {area} {line}{tail}",
        f"+49({area}){line}{tail}",
        f"0049 {area} {whole}",
        f"0049{area}{whole}",
        f"({f'0{area}'}) {line}" + (f" - {ext}" if ext else ""),
        f"0{area}/{grouped(whole)}",
        f"0{area}{whole}",
        f"+49{area}{whole}",
        f"+49.{area}.{whole}",
        *([f"0{area}/{line} Durchwahl {ext}", f"+49 {area} {line} Dw. {ext}"] if len(ext) > 1 else []),
    ])  # fmt: skip


def switchboard(number: Number, dice: Dice) -> str:
    """Return a main number as letterheads show it: German ones with "-0"."""
    if number.country != "DE":
        return foreign(number, dice)
    area, line, ext = number.area, number.line, number.extension
    return dice.pick(
        [f"0{area}/{line}-{ext}", f"+49 {area} {line}-{ext}", f"+49({area}){line}-{ext}", f"(0{area}) {line} - {ext}"]
    )


def foreign(number: Number, dice: Dice) -> str:
    """Return another country's number as it is written abroad: always with the country's code."""
    code, zero = VOCABULARY[number.country]["code"], VOCABULARY[number.country]["trunk_prefix"]
    area, line, ext = number.area, number.line, number.extension
    whole = line + ext
    optional = f"({zero})" if zero else ""
    return dice.pick([
        f"+{code} {area} {grouped(whole, 3)}",
        f"+{code} {optional}{area} {whole}",
        f"00{code} {area} {whole}",
        f"00{code}{area}{whole}",
        f"+{code}{area}{whole}",
        f"+{code}-{area}-{whole}",
        f"00{code}.{area}.{grouped(whole).replace(' ', '.')}",
        f"+{code} {area}/{line}" + (f"-{ext}" if ext else ""),
        f"tel:+{code}-{area}-{whole}",
    ])  # fmt: skip


def messy(number: Number | None, dice: Dice) -> str:
    """Return a number in one of its notations; nothing for none."""
    if number is None:
        return ""
    return german(number, dice) if number.country == "DE" else foreign(number, dice)
