import { describe, expect, it } from "vitest";
import { callable, isMobile, mailLink, teamsCallLink, telLink, webLink } from "../src/call";

describe("links", () => {
  it("keep the plus of a number", () => {
    expect(teamsCallLink("+498999998512")).toBe("https://teams.microsoft.com/l/call/0/0?users=4%3A%2B498999998512");
    expect(telLink("+498999998512")).toBe("tel:+498999998512");
  });

  it.each([
    ["+498999998512", true],
    ["", false],
    ["110", false],
    ["+49 89", false],
    ["+49,4:+50", false],
  ])("%j can be called: %s", (number, expected) => {
    expect(callable(number)).toBe(expected);
  });

  it("send no header smuggled into an address", () => {
    expect(mailLink("a@b.example?bcc=c@d.example")).toBe("mailto:a@b.example%3Fbcc%3Dc@d.example");
  });

  it.each([
    ["acme.example", "https://acme.example/"],
    ["http://acme.example/x", "http://acme.example/x"],
    ["javascript:alert(1)", null],
    ["data:text/html,x", null],
    ["https://", null],
  ])("web address %j", (address, expected) => {
    expect(webLink(address)).toBe(expected);
  });

  it("know a phone by its user agent", () => {
    expect(isMobile("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)")).toBe(true);
    expect(isMobile("Mozilla/5.0 (X11; Linux x86_64) Chrome/142")).toBe(false);
  });
});
