/** Puts the parts together: configuration, surroundings, and the directory behind the relay. */
import { type Configuration, loadConfiguration } from "./configuration";
import type { Surroundings } from "./identity/identity";
import { surroundings } from "./identity/surroundings";
import { type Directory, directoryBehind } from "./protocol/directory";
import { type IdentityChange, Keyring } from "./protocol/keyring";
import { PinStore } from "./protocol/pin";
import { Relay } from "./protocol/relay";
import { TicketOffice } from "./ticket";

export interface Session {
  readonly around: Surroundings;
  readonly directory: Directory;
  /** Accepts a changed identity key that was refused. */
  readonly acceptChange: () => void;
  /** Forgets what belongs to the signed-in user. */
  readonly forget: () => void;
}

/** Loads the configuration and connects to Teams or the browser; throws Failure. */
export async function startSession(
  window: Window & { fetch: typeof fetch },
  onChange: (change: IdentityChange, accepted: boolean) => void,
): Promise<Session> {
  const fetcher: typeof fetch = (input, init) => window.fetch(input, init);
  const configuration = await loadConfiguration(fetcher, "/config.json");
  const around = await surroundings(configuration, window);
  return assemble(configuration, around, fetcher, window, onChange);
}

function assemble(
  configuration: Configuration,
  around: Surroundings,
  fetcher: typeof fetch,
  window: Window,
  onChange: (change: IdentityChange, accepted: boolean) => void,
): Session {
  const now = (): number => Date.now() / 1000;
  const tickets = new TicketOffice(fetcher, "/api/ticket", () => performance.now());
  const pins = new PinStore(storageOf(window));
  const { relay, registrar } = configuration;
  const keyring = new Keyring({ fetcher, relay, registrar, pins, now, onChange });
  const asking = new Relay({
    fetcher,
    relay,
    token: (fresh) => around.identity.token(fresh),
    tickets,
    keyring,
    now,
    random: (size) => crypto.getRandomValues(new Uint8Array(size)),
  });
  return {
    around,
    directory: directoryBehind(asking),
    acceptChange: () => {
      keyring.acceptChange();
    },
    forget: () => {
      tickets.forget();
    },
  };
}

function storageOf(window: Window): Storage | null {
  try {
    return window.localStorage; // throws where third-party storage is blocked
  } catch {
    return null;
  }
}
