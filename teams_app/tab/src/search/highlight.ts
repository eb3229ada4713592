/** Which parts of a shown text the searched words matched: blind to case, accents and umlaut spellings. */

export interface Part {
  readonly text: string;
  readonly marked: boolean;
}

/** A text folded to plain letters, and for every folded character the place it came from. */
interface Folded {
  readonly text: string;
  readonly origin: readonly number[];
}

const SPELLED: Readonly<Record<string, string>> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "oe", å: "aa" };
const PLAIN: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", ø: "o", å: "a", ł: "l", đ: "d" };
const MIN_DIGITS = 3;
const MAX_COUNTRY_DIGITS = 3;

/** Splits a text into marked and unmarked parts; digits of the query also match numbers written with separators. */
export function highlight(text: string, query: string): readonly Part[] {
  const marks = new Array<boolean>(text.length).fill(false);
  const digits = askedDigits(query);
  if (digits !== "") {
    markDigits(text, digits, marks);
    return split(text, marks);
  }
  for (const word of words(query)) {
    for (const table of [PLAIN, SPELLED]) {
      const folded = fold(text, table);
      for (const form of new Set([fold(word, PLAIN).text, fold(word, SPELLED).text])) markWord(folded, form, marks);
    }
  }
  return split(text, marks);
}

function words(query: string): readonly string[] {
  return query
    .normalize("NFC")
    .split(/[\s",;]+/)
    .filter((word) => word !== "" && !word.startsWith("-"))
    .map((word) => word.replace(/^\w+:/, ""));
}

function fold(text: string, table: Readonly<Record<string, string>>): Folded {
  let folded = "";
  const origin: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const lower = text.charAt(index).toLowerCase();
    const plain = table[lower] ?? lower.normalize("NFD").replace(/\p{M}/gu, "");
    for (const character of plain) {
      folded += character;
      origin.push(index);
    }
  }
  return { text: folded, origin };
}

/** Marks at word starts; only where there is none, inside words. */
function markWord(folded: Folded, word: string, marks: boolean[]): void {
  if (word === "") return;
  const places: number[] = [];
  for (let at = folded.text.indexOf(word); at >= 0; at = folded.text.indexOf(word, at + 1)) places.push(at);
  const starts = places.filter((at) => at === 0 || !/[\p{L}\p{N}]/u.test(folded.text.charAt(at - 1)));
  for (const at of starts.length > 0 ? starts : places) {
    for (const place of folded.origin.slice(at, at + word.length)) marks[place] = true;
  }
}

/** The digits asked for, or empty where the query is no number. */
function askedDigits(query: string): string {
  const asked = query.replace(/[\s()+./-]/g, "");
  return /^\d+$/.test(asked) && asked.length >= MIN_DIGITS ? asked.replace(/^0+/, "") : "";
}

/** Marks digits wherever separators stand; a country code may be asked for and not written. */
function markDigits(text: string, asked: string, marks: boolean[]): void {
  const places = Array.from(text.matchAll(/\d/g), (match) => match.index);
  const digits = places.map((place) => text.charAt(place)).join("");
  for (let dropped = 0; dropped <= MAX_COUNTRY_DIGITS; dropped++) {
    const form = asked.slice(dropped);
    const at = form.length >= MIN_DIGITS ? digits.indexOf(form) : -1;
    if (at < 0) continue;
    const first = places[at] ?? 0;
    const last = places[at + form.length - 1] ?? first;
    marks.fill(true, first, last + 1);
    return;
  }
}

function split(text: string, marks: readonly boolean[]): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (let index = 1; index <= text.length; index++) {
    if (index < text.length && marks[index] === marks[from]) continue;
    parts.push({ text: text.slice(from, index), marked: marks[from] === true });
    from = index;
  }
  return parts;
}
