import { describe, expect, it } from "vitest";
import * as base64url from "../src/protocol/base64url";
import { decodeResponse, encodeRequest, MAX_MESSAGE } from "../src/protocol/envelope";
import { pad, unpad } from "../src/protocol/padding";
import { tenantBytes } from "../src/protocol/tenant";

describe("base64url", () => {
  it("has an inverse", () => {
    for (let size = 0; size < 70; size++) {
      const data = crypto.getRandomValues(new Uint8Array(size));
      expect(base64url.decode(base64url.encode(data))).toEqual(data);
    }
  });

  it.each(["a", "a+b=", "ab c", "ä"])("refuses %j", (text) => {
    expect(() => base64url.decode(text)).toThrow();
  });
});

describe("padding", () => {
  it.each([
    [0, 1024],
    [1020, 1024],
    [1021, 2048],
    [65_532, 65_536],
  ])("%d bytes become %d and come back", (size, padded) => {
    const content = new Uint8Array(size).fill(7);
    expect(pad(content).length).toBe(padded);
    expect(unpad(pad(content))).toEqual(content);
  });

  it("refuses too much, and a length that points outside", () => {
    expect(() => pad(new Uint8Array(65_533))).toThrow();
    expect(() => unpad(new Uint8Array(3))).toThrow();
    expect(() => unpad(Uint8Array.of(0, 0, 0, 2, 1))).toThrow();
  });
});

describe("the envelope", () => {
  const header = { tid: new Uint8Array(16), rid: new Uint8Array(16), kid: new Uint8Array(8), deadlineMs: 20_000 };

  it("puts every field in its place", () => {
    const message = encodeRequest({ ...header, tid: tenantBytes("3f2504e0-4f89-41d3-9a0c-0305e82c3301") }, header.rid);
    expect([...message.slice(0, 4)]).toEqual([1, 0x3f, 0x25, 0x04]);
    expect([...message.slice(41, 46)]).toEqual([0, 0, 0x4e, 0x20, 1]);
    expect(message.length).toBe(62);
  });

  it.each([0, -1, 20_001])("refuses a deadline of %d ms", (deadlineMs) => {
    expect(() => encodeRequest({ ...header, deadlineMs }, header.rid)).toThrow();
  });

  it.each([0, 49, MAX_MESSAGE + 1])("refuses a response of %d bytes", (size) => {
    expect(() => decodeResponse(new Uint8Array(size))).toThrow();
  });

  it.each(["", "3f2504e0", "3f2504e0-4f89-41d3-9a0c-0305e82c330g"])("refuses the tenant %j", (tid) => {
    expect(() => tenantBytes(tid)).toThrow();
  });
});
