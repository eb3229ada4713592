/** What every component may need to know of the page. */
import { createContext, useContext } from "react";
import { en } from "../i18n/en";
import type { Texts } from "../i18n/locale";

export interface Environment {
  readonly texts: Texts;
  /** Opens a link through the Teams host; null outside Teams. */
  readonly openLink: ((url: string) => Promise<void>) | null;
  /** Whether `tel:` links make sense here: a phone, outside Teams. */
  readonly dials: boolean;
}

export const EnvironmentContext = createContext<Environment>({ texts: en, openLink: null, dials: false });

export function useEnvironment(): Environment {
  return useContext(EnvironmentContext);
}

export function useTexts(): Texts {
  return useContext(EnvironmentContext).texts;
}
