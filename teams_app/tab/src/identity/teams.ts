/** Inside Teams: TeamsJS knows the user, the theme and how to open links. */
import { app, authentication } from "@microsoft/teams-js";
import { Failure, type FailureName } from "../protocol/failure";
import type { Identity, Surroundings } from "./identity";

/** Connects to the Teams host; throws where there is none. */
export async function teamsSurroundings(): Promise<Surroundings> {
  await app.initialize();
  app.notifyAppLoaded();
  const context = await app.getContext();
  return {
    identity: new TeamsIdentity(),
    inTeams: true,
    refused: null,
    locale: context.app.locale,
    teamsTheme: context.app.theme,
    onThemeChange: (listener) => {
      app.registerOnThemeChangeHandler(listener);
    },
    openLink: async (url) => {
      await app.openLink(url);
    },
    ready: () => {
      void app.notifySuccess();
    },
    failed: (message) => {
      app.notifyFailure({ reason: app.FailedReason.Other, message });
    },
  };
}

class TeamsIdentity implements Identity {
  readonly signOut = null;

  async signedIn(): Promise<boolean> {
    try {
      await this.#ask(true);
      return true;
    } catch (error) {
      if (error instanceof Failure && error.reason === "consent_needed") return false;
      throw error;
    }
  }

  /** Teams keeps and renews its token; it is never kept here. */
  async token(): Promise<string> {
    return this.#ask(true);
  }

  async signIn(): Promise<void> {
    await this.#ask(false);
  }

  account(): Promise<string> {
    return Promise.resolve("");
  }

  async #ask(silent: boolean): Promise<string> {
    try {
      return await authentication.getAuthToken({ silent });
    } catch (error) {
      throw new Failure(refusal(error instanceof Error ? error.message : String(error)));
    }
  }
}

function refusal(code: string): FailureName {
  if (/resourceRequiresConsent|CancelledByUser|InteractionRequired/i.test(code)) return "consent_needed";
  if (/tokenRevoked|renewalTimeout/i.test(code)) return "sign_in_needed";
  return "sign_in_refused";
}
