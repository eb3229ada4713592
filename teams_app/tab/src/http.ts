/** HTTP as the tab needs it: a network that is not there is a named failure, an abort stays an abort. */
import { Failure, isAbort } from "./protocol/failure";

export type Fetch = typeof fetch;

/** Like fetch, but throws Failure("offline") where no answer came. */
export async function send(fetcher: Fetch, url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetcher(url, { credentials: "omit", ...init });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Failure("offline");
  }
}

/** The JSON object an answer carries, empty where there is none. */
export async function objectOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    if (isAbort(error)) throw error;
    return {};
  }
}

/** Milliseconds of a Retry-After header in seconds, null without one. */
export function retryAfterMs(response: Response): number | null {
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
