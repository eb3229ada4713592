/** Outside Teams: authorization code with PKCE; tokens live in this tab's sessionStorage only. */
import { UserManager, WebStorageStateStore } from "oidc-client-ts";
import type { Configuration } from "../configuration";
import { Failure } from "../protocol/failure";
import type { Identity, Surroundings } from "./identity";

const RENEW_BEFORE_S = 60;

/** A plain browser page; finishes a sign-in that comes back in the address. */
export async function browserSurroundings(configuration: Configuration, window: Window): Promise<Surroundings> {
  const identity = new BrowserIdentity(configuration, window);
  const refused = await identity.finish();
  return {
    identity,
    inTeams: false,
    refused,
    locale: window.navigator.language,
    teamsTheme: null,
    onThemeChange: () => undefined,
    openLink: null,
    ready: () => undefined,
    failed: () => undefined,
  };
}

class BrowserIdentity implements Identity {
  readonly #manager: UserManager;
  readonly #window: Window;
  readonly #hint: string | null;

  constructor(configuration: Configuration, window: Window) {
    this.#window = window;
    this.#hint = new URL(window.location.href).searchParams.get("login_hint");
    const store = new WebStorageStateStore({ store: window.sessionStorage });
    this.#manager = new UserManager({
      authority: `${configuration.authority}/${configuration.tenant}/v2.0`,
      client_id: configuration.clientId,
      redirect_uri: window.location.origin + window.location.pathname,
      response_type: "code",
      scope: `openid profile offline_access ${configuration.scope}`,
      loadUserInfo: false,
      automaticSilentRenew: false,
      userStore: store,
      stateStore: store,
    });
  }

  readonly signOut = async (): Promise<void> => {
    await this.#manager.removeUser();
  };

  /** Takes the code out of the address, if the identity provider just sent the user back; says if it refused. */
  async finish(): Promise<Failure | null> {
    const address = new URL(this.#window.location.href);
    if (!address.searchParams.has("state")) return null;
    try {
      await this.#manager.signinRedirectCallback(address.href);
      return null;
    } catch {
      return new Failure("sign_in_refused");
    } finally {
      this.#window.history.replaceState(null, "", address.pathname);
    }
  }

  async signedIn(): Promise<boolean> {
    try {
      await this.token(false);
      return true;
    } catch (error) {
      if (error instanceof Failure && error.reason === "sign_in_needed") return false;
      throw error;
    }
  }

  async token(fresh: boolean): Promise<string> {
    const user = await this.#manager.getUser();
    if (!user) throw new Failure("sign_in_needed");
    if (!fresh && (user.expires_in ?? 0) > RENEW_BEFORE_S) return user.access_token;
    return this.#renewed(user.refresh_token);
  }

  async signIn(): Promise<void> {
    try {
      await this.#manager.signinRedirect(this.#hint === null ? {} : { login_hint: this.#hint });
    } catch {
      throw new Failure("offline"); // the provider's metadata could not be read
    }
  }

  async account(): Promise<string> {
    const profile = (await this.#manager.getUser())?.profile;
    return profile?.name ?? profile?.preferred_username ?? "";
  }

  async #renewed(refreshToken: string | undefined): Promise<string> {
    if (refreshToken === undefined) throw new Failure("sign_in_needed");
    try {
      const user = await this.#manager.signinSilent();
      if (user) return user.access_token;
    } catch {
      await this.#manager.removeUser(); // revoked or too old: the user signs in again
    }
    throw new Failure("sign_in_needed");
  }
}
