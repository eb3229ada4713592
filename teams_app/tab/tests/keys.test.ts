import { describe, expect, it } from "vitest";
import * as base64url from "../src/protocol/base64url";
import { trust, Untrusted } from "../src/protocol/keys";
import { compare, PinStore, pinOf } from "../src/protocol/pin";
import { vectors } from "./vectors";

const want = { tid: vectors.tid, registrar: vectors.registrar, now: vectors.now };
const good = vectors.configurations.find((entry) => entry.trusted)?.document;

describe("the trust chain", () => {
  it.each(vectors.configurations)("$name", async ({ document, trusted, seals_to }) => {
    const checking = trust(document, want);
    if (trusted) {
      const found = await checking;
      expect(found).toMatchObject({ tid: want.tid, fingerprint: vectors.fingerprint });
      const best = found.keys.find((key) => key.kem !== "P256") ?? found.keys[0];
      expect(base64url.encode(best.kid)).toBe(seals_to);
    } else await expect(checking).rejects.toThrow(Untrusted);
  });

  it("says when it knows none of the kinds of keys", async () => {
    const unknown = vectors.configurations.find((entry) => entry.name === "only an unknown KEM")?.document;
    await expect(trust(unknown, want)).rejects.toMatchObject({ reason: "kem" });
  });

  it("says when only the clock is wrong", async () => {
    await expect(trust(good, { ...want, now: want.now + 60 * 86_400 })).rejects.toMatchObject({ reason: "clock" });
  });

  it.each([null, 7, "text", [], { ik: null }])("refuses the document %j", async (document) => {
    await expect(trust(document, want)).rejects.toThrow(Untrusted);
  });
});

describe("one configuration after another", () => {
  it.each(vectors.successions)("$name", async ({ known, seen, verdict }) => {
    const pin = pinOf(await trust(known, want));
    expect(compare(pin, await trust(seen, want))).toBe(verdict);
  });
});

describe("the pin", async () => {
  const seen = await trust(good, want);
  const pin = pinOf(seen);

  it.each([
    ["first", null],
    ["same", pin],
    ["same", { ...pin, sequence: pin.sequence - 1 }],
    ["outdated", { ...pin, sequence: pin.sequence + 1 }],
    ["renewed", { ...pin, fingerprint: "other", epoch: pin.epoch - 1 }],
    ["changed", { ...pin, fingerprint: "other" }],
    ["changed", { ...pin, fingerprint: "other", epoch: pin.epoch + 1 }],
  ] as const)("%s", (verdict, known) => {
    expect(compare(known, seen)).toBe(verdict);
  });

  it("survives a storage that refuses, and one with garbage", () => {
    const refusing = new PinStore({
      getItem: () => "{",
      setItem: () => {
        throw new DOMException("full", "QuotaExceededError");
      },
    });
    expect(refusing.get(seen.tid)).toBeNull();
    refusing.set(seen.tid, pin);
    expect(refusing.get(seen.tid)).toEqual(pin);
    expect(new PinStore(null).get(seen.tid)).toBeNull();
  });
});
