import { describe, expect, it } from "vitest";
import { de } from "../src/i18n/de";
import { en } from "../src/i18n/en";
import { ageText, dateText, textsFor } from "../src/i18n/locale";
import { FAILURES } from "../src/protocol/failure";

describe("texts", () => {
  it.each([
    ["de-AT", "de"],
    ["DE", "de"],
    ["en-GB", "en"],
    ["den", "en"],
    ["fr-FR", "en"],
  ])("%s reads %s", (locale, language) => {
    expect(textsFor(locale).language).toBe(language);
  });

  it.each([en, de])("name every failure, with a way forward ($language)", (texts) => {
    for (const name of FAILURES) {
      expect(texts.failures[name].title).not.toBe("");
      expect(texts.failures[name].hint).not.toBe("");
    }
  });

  it("write ages and dates as the reader does", () => {
    expect([null, 5, 300, 7300, 200_000].map((age) => ageText(de, age))).toEqual([
      "noch nicht gelesen",
      "gerade eben",
      "vor 5 Minuten",
      "vor 2 Stunden",
      "vor 2 Tagen",
    ]);
    expect(ageText(en, 60)).toBe("1 minute ago");
    expect(dateText(de, "2026-01-02T03:04:05Z")).toBe("02.01.2026");
    expect(dateText(en, "soon")).toBe("");
  });
});
