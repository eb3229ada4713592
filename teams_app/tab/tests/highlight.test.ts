import { describe, expect, it } from "vitest";
import { highlight } from "../src/search/highlight";

function marked(text: string, query: string): string {
  return highlight(text, query)
    .map((part) => (part.marked ? `[${part.text}]` : part.text))
    .join("");
}

describe("highlight", () => {
  it.each([
    ["Jürgen Müller", "mül", "Jürgen [Mül]ler"],
    ["Jürgen Müller", "mueller", "Jürgen [Müller]"],
    ["Jürgen Müller", "muller", "Jürgen [Müller]"],
    ["Juergen Mueller", "mül", "Juergen [Muel]ler"],
    ["Zoë Novák", "novak zoe", "[Zoë] [Novák]"],
    ["Groß & Co", "gross", "[Groß] & Co"],
    ["Hermann Mann", "mann", "Hermann [Mann]"],
    ["Hermann", "mann", "Her[mann]"],
    ["Acme GmbH", '"acme gmbh" -berlin', "[Acme] [GmbH]"],
    ["Acme GmbH", "company:acme", "[Acme] GmbH"],
    ["089/999985-12", "+49 89 999985", "0[89/999985]-12"],
    ["089/999985-12", "089999985", "0[89/999985]-12"],
    ["+49 (0)171 555", "0171555", "+49 (0)[171 555]"],
    ["🙂 12345", "234", "🙂 1[234]5"],
    ["Müller", "", "Müller"],
    ["", "x", ""],
  ])("%s by %s", (text, query, expected) => {
    expect(marked(text, query)).toBe(expected);
  });

  it("never loses a character", () => {
    for (const text of ["ßÄö🙂é", "a\u0308b", "İstanbul"]) {
      expect(
        highlight(text, "ss ae e i b")
          .map((part) => part.text)
          .join(""),
      ).toBe(text);
    }
  });
});
