/** Which language the page speaks, and how it writes times. */
import { de } from "./de";
import { en } from "./en";

/** Every text of the page; the compiler refuses a language that lacks one. */
export type Texts = typeof en;

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** The texts for a BCP 47 tag: German for German speakers, English for everyone else. */
export function textsFor(locale: string): Texts {
  return /^de\b/i.test(locale) ? de : en;
}

/** An age in words, such as "5 minutes ago". */
export function ageText(texts: Texts, seconds: number | null): string {
  if (seconds === null) return texts.never;
  if (seconds < MINUTE_S) return texts.justNow;
  const format = new Intl.RelativeTimeFormat(texts.language);
  if (seconds < HOUR_S) return format.format(-Math.floor(seconds / MINUTE_S), "minute");
  if (seconds < DAY_S) return format.format(-Math.floor(seconds / HOUR_S), "hour");
  return format.format(-Math.floor(seconds / DAY_S), "day");
}

/** A date as the reader writes it; empty for anything that is no ISO 8601 time. */
export function dateText(texts: Texts, iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? "" : new Intl.DateTimeFormat(texts.language, { dateStyle: "medium" }).format(time);
}
