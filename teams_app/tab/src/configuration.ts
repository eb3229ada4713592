/** What the serving backend tells every tab; nothing in it is secret. */
import { type Fetch, objectOf, send } from "./http";
import { Failure } from "./protocol/failure";
import { type PublicJwk, readJwk } from "./protocol/jwt";

export interface Configuration {
  /** Base URL of the relay, without a trailing slash. */
  readonly relay: string;
  /** Identity provider for sign-in outside Teams: base URL, tenant (or "organizations"), client id and scope. */
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly scope: string;
  /** The registrar's public key: the root of trust in directories. */
  readonly registrar: PublicJwk;
  readonly version: string;
}

/** Fetches `/config.json`; throws Failure. */
export async function loadConfiguration(fetcher: Fetch, url: string): Promise<Configuration> {
  const response = await send(fetcher, url, { cache: "no-cache" });
  if (!response.ok) throw new Failure("failed");
  const data = await objectOf(response);
  try {
    return {
      relay: text(data.relay).replace(/\/+$/, ""),
      authority: text(data.authority).replace(/\/+$/, ""),
      tenant: text(data.tenant),
      clientId: text(data.client_id),
      scope: text(data.scope),
      registrar: readJwk(data.registrar),
      version: typeof data.version === "string" ? data.version : "",
    };
  } catch {
    throw new Failure("failed");
  }
}

function text(value: unknown): string {
  if (typeof value !== "string" || value === "") throw new TypeError("setting is missing");
  return value;
}
