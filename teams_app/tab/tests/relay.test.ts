import { beforeEach, describe, expect, it, vi } from "vitest";
import * as base64url from "../src/protocol/base64url";
import { utf8 } from "../src/protocol/bytes";
import * as kem from "../src/protocol/kem";
import { Keyring } from "../src/protocol/keyring";
import { PinStore } from "../src/protocol/pin";
import { Relay } from "../src/protocol/relay";
import { TicketOffice } from "../src/ticket";
import { type OpenedRequest, openRequest, recipient, sealResponse } from "./opener";
import { vectors } from "./vectors";

const token = `e30.${base64url.encode(utf8(JSON.stringify({ tid: vectors.tid })))}.`;
const named = (name: string) => vectors.configurations.find((entry) => entry.name === name)?.document;
const P256 = await recipient("P256", base64url.decode(vectors.recipient.private));
const HYBRID = await recipient("MLKEM768-X25519", base64url.decode(vectors.hybrid.seed));
const sealed = (status: number, body: object) => ({ status, body: body as Record<string, unknown> });

type Behaviour = (opened: OpenedRequest) => Promise<Response> | Response;

/** A relay and a directory that really opens and seals; `behaviours` are used up one per request. */
class Cloud {
  behaviours: Behaviour[] = [];
  opened: OpenedRequest[] = [];
  tickets = 0;
  keyFetches = 0;
  document = named("good");
  opener = P256;
  ticketAnswer = () => Response.json({ ticket: `ticket-${this.tickets}`, expires: 0, tid: vectors.tid });

  readonly fetch: typeof fetch = async (input, init) => {
    const url = input as string;
    if (url === "/api/ticket") {
      this.tickets += 1;
      return this.ticketAnswer();
    }
    if (url.endsWith("/keys")) {
      this.keyFetches += 1;
      return Response.json(this.document);
    }
    init?.signal?.throwIfAborted();
    const opened = await openRequest(new Uint8Array(init?.body as Uint8Array<ArrayBuffer>), this.opener);
    this.opened.push(opened);
    const behave = this.behaviours.shift();
    if (!behave) throw new Error("asked too often");
    return behave(opened);
  };
}

function answers(status: number, body: object): Behaviour {
  return async (opened) => {
    const { body: answer } = sealed(status, body);
    const key = base64url.decode(opened.inner.rk as string);
    return new Response(await sealResponse(opened, key, status, answer));
  };
}

function refuses(status: number, error: string, headers: Record<string, string> = {}): Behaviour {
  return () => Response.json({ error, message: "" }, { status, headers });
}

let cloud: Cloud;
let relay: Relay;
let renewed: boolean[];
let changes: boolean[];

beforeEach(() => {
  cloud = new Cloud();
  renewed = [];
  changes = [];
  const now = () => vectors.now;
  const settings = { fetcher: cloud.fetch, relay: "https://relay.example", now };
  relay = new Relay({
    ...settings,
    token: (fresh) => {
      renewed.push(fresh);
      return Promise.resolve(token);
    },
    tickets: new TicketOffice(cloud.fetch, "/api/ticket", () => 0),
    keyring: new Keyring({
      ...settings,
      registrar: vectors.registrar,
      pins: new PinStore(null),
      onChange: (_, accepted) => {
        changes.push(accepted);
      },
    }),
    random: (size) => crypto.getRandomValues(new Uint8Array(size)),
  });
});

describe("asking", () => {
  it("opens the answer, and keeps ticket and keys", async () => {
    cloud.behaviours = [answers(0, { persons: [] }), answers(0, { persons: [1] })];
    await expect(relay.ask("search", { text: "a" })).resolves.toEqual({ persons: [] });
    await expect(relay.ask("search", { text: "b" })).resolves.toEqual({ persons: [1] });
    expect(cloud.opened.map((opened) => opened.inner.body)).toEqual([{ text: "a" }, { text: "b" }]);
    expect(cloud.opened[0]?.inner.tok).toBe(token);
    expect([cloud.tickets, cloud.keyFetches]).toEqual([1, 1]);
  });

  it("seals by X-Wing where the directory offers it", async () => {
    cloud.document = named("X-Wing beside P-256");
    cloud.opener = HYBRID;
    cloud.behaviours = [answers(0, { persons: [7] })];
    await expect(relay.ask("search", { text: "a" })).resolves.toEqual({ persons: [7] });
  });

  it("seals by P-256 where X-Wing does not work here, and does not try it again", async () => {
    const broken = vi.spyOn(kem, "suiteOf").mockImplementationOnce(() => Promise.reject(new TypeError("no module")));
    cloud.document = named("X-Wing beside P-256");
    cloud.behaviours = [answers(0, { persons: [] }), answers(0, { persons: [1] })];
    await expect(relay.ask("search", {})).resolves.toEqual({ persons: [] });
    await expect(relay.ask("search", {})).resolves.toEqual({ persons: [1] });
    expect(broken.mock.calls.map(([kind]) => kind).filter((kind) => kind !== "P256")).toHaveLength(1);
  });

  it("fetches the keys once more for an unknown key, then gives up", async () => {
    cloud.behaviours = [refuses(409, "unknown_key"), answers(0, {})];
    await relay.ask("search", {});
    expect(cloud.keyFetches).toBe(2);
    cloud.behaviours = [refuses(409, "unknown_key"), refuses(409, "unknown_key")];
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason: "failed" });
  });

  it("corrects its clock by the directory's, for good", async () => {
    cloud.behaviours = [answers(2, { error: "clock", now: vectors.now + 500 }), answers(0, {}), answers(0, {})];
    await relay.ask("search", {});
    await relay.ask("search", {});
    expect(cloud.opened.map((opened) => opened.inner.iat)).toEqual([0, 500, 500].map((late) => vectors.now + late));
    expect(new Set(cloud.opened.map((opened) => base64url.encode(opened.header.rid))).size).toBe(3);
  });

  it("fetches a new ticket when the relay calls it expired", async () => {
    cloud.behaviours = [refuses(401, "ticket_expired"), answers(0, {})];
    await relay.ask("search", {});
    expect(cloud.tickets).toBe(2);
  });

  it("renews the token once when the directory calls it expired", async () => {
    cloud.behaviours = [answers(1, { error: "token_expired" }), answers(0, {})];
    await relay.ask("search", {});
    expect(renewed).toEqual([false, true]);
  });

  it("asks once more after a lost line", async () => {
    cloud.behaviours = [refuses(502, "line_lost"), answers(0, { persons: [] })];
    await expect(relay.ask("search", {})).resolves.toEqual({ persons: [] });
  });
});

describe("named failures", () => {
  it.each([
    [refuses(503, "no_directory"), "no_directory"],
    [refuses(504, "deadline"), "deadline"],
    [answers(1, { error: "tenant_unknown" }), "tenant_unknown"],
    [answers(1, { error: "scope_missing" }), "sign_in_refused"],
    [answers(4, { error: "failed" }), "failed"],
    [() => new Response(new Uint8Array(2000)), "failed"],
  ] as const)("case %#", async (behaviour, reason) => {
    cloud.behaviours = [behaviour];
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason });
  });

  it("says that the page is too old for the directory's keys", async () => {
    cloud.document = named("only an unknown KEM");
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason: "tab_outdated" });
    expect(cloud.opened).toEqual([]);
  });

  it("refuses a changed directory before anything is sent, and takes one registered anew with a notice", async () => {
    const after = (name: string) => vectors.successions.find((entry) => entry.name === name)?.seen;
    cloud.behaviours = [answers(0, {}), refuses(409, "unknown_key")];
    await relay.ask("search", {});
    cloud.document = after("another identity key without a higher epoch");
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason: "directory_changed" });
    expect(changes).toEqual([false]);
    cloud.document = after("registered anew");
    cloud.behaviours = [refuses(409, "unknown_key"), answers(0, {})];
    await expect(relay.ask("search", {})).resolves.toEqual({});
    expect(changes).toEqual([false, true]);
  });

  it("passes on when to come back", async () => {
    cloud.behaviours = [refuses(429, "busy", { "Retry-After": "3" })];
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason: "busy", retryAfterMs: 3000 });
  });

  it("calls a network that is not there offline", async () => {
    cloud.behaviours = [() => Promise.reject(new TypeError("Failed to fetch"))];
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason: "offline" });
  });

  it("refuses a ticket of another tenant", async () => {
    cloud.ticketAnswer = () => Response.json({ ticket: "t", tid: "00000000-0000-0000-0000-000000000000" });
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason: "sign_in_refused" });
  });

  it.each([
    [403, "tenant_unknown", "tenant_unknown"],
    [401, "token_invalid", "sign_in_refused"],
    [503, "keys_unavailable", "failed"],
  ])("ticket office: %d %s", async (status, error, reason) => {
    cloud.ticketAnswer = () => Response.json({ error, message: "" }, { status });
    await expect(relay.ask("search", {})).rejects.toMatchObject({ reason });
  });

  it("lets an abort be an abort", async () => {
    const gone = AbortSignal.abort();
    await expect(relay.ask("search", {}, gone)).rejects.toMatchObject({ name: "AbortError" });
    expect(cloud.opened).toEqual([]);
  });
});
