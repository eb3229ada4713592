/** Which Fluent theme to show: Teams says it, outside Teams the browser's preference does. */
import { type Theme, teamsDarkTheme, teamsHighContrastTheme, teamsLightTheme } from "@fluentui/react-components";

/** The theme for a name that Teams uses: default, dark, contrast, glass. */
export function teamsTheme(name: string): Theme {
  if (name === "contrast") return teamsHighContrastTheme;
  return name === "dark" || name === "glass" ? teamsDarkTheme : teamsLightTheme;
}

/** The name Teams would use for a browser's preference. */
export function preferredTheme(prefersDark: boolean): string {
  return prefersDark ? "dark" : "default";
}
