/** The directory's operations, typed. */
import { type Person, readPerson, readPersons, readSources, type SourceAge } from "./person";
import type { Relay } from "./relay";

export interface Found {
  readonly persons: readonly Person[];
  /** Whether the directory knows further persons beyond the limit. */
  readonly more: boolean;
  readonly sources: readonly SourceAge[];
}

export interface WhoAmI {
  readonly fingerprint: string;
  readonly version: string;
  readonly sources: readonly SourceAge[];
}

export const MAX_TEXT = 256;

/** What the page needs of a directory. */
export interface Directory {
  search(text: string, limit: number, signal?: AbortSignal): Promise<Found>;
  person(id: number, signal?: AbortSignal): Promise<Person | null>;
  whoami(): Promise<WhoAmI>;
}

/** A directory behind a relay; every method throws Failure, or AbortError when its signal gave up. */
export function directoryBehind(relay: Relay): Directory {
  return {
    async search(text, limit, signal) {
      const body = await relay.ask("search", { text: text.slice(0, MAX_TEXT), limit }, signal);
      return {
        persons: readPersons(body.persons),
        more: body.more === true,
        sources: readSources(body.sources),
      };
    },
    async person(id, signal) {
      const body = await relay.ask("person", { id }, signal);
      return body.person == null ? null : readPerson(body.person);
    },
    async whoami() {
      const body = await relay.ask("whoami", {});
      return {
        fingerprint: typeof body.fingerprint === "string" ? body.fingerprint : "",
        version: typeof body.version === "string" ? body.version : "",
        sources: readSources(body.sources),
      };
    },
  };
}
