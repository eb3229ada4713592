/** Finds out where the page runs; each side's library is loaded only where it is used. */
import type { Configuration } from "../configuration";
import type { Surroundings } from "./identity";

/** Whether a Teams host is around: an iframe, or the native bridge or user agent of the clients that use none. */
export function looksLikeTeams(window: Window): boolean {
  return (
    window.parent !== window || "nativeInterface" in window || /\bTeams(Mobile)?\b/i.test(window.navigator.userAgent)
  );
}

/** Connects to whatever is around. */
export async function surroundings(configuration: Configuration, window: Window): Promise<Surroundings> {
  if (looksLikeTeams(window)) {
    const { teamsSurroundings } = await import("./teams");
    return teamsSurroundings();
  }
  const { browserSurroundings } = await import("./browser");
  return browserSurroundings(configuration, window);
}
