/** Links that leave the page: through the Teams host inside Teams, as plain links outside. */
import type { MouseEvent } from "react";
import { useEnvironment } from "./environment";

export interface OutgoingProps {
  readonly href: string;
  readonly target?: "_blank";
  readonly rel: "noreferrer";
  readonly onClick?: (event: MouseEvent) => void;
}

/** The attributes of a link that leaves the page; `onFailure` where the host did not open it. */
export function useOutgoing(): (href: string, onFailure?: () => void) => OutgoingProps {
  const { openLink } = useEnvironment();
  return (href, onFailure) => {
    const blank = href.startsWith("http") ? ({ target: "_blank" } as const) : {};
    if (!openLink) return { href, ...blank, rel: "noreferrer" };
    return {
      href,
      ...blank,
      rel: "noreferrer",
      onClick: (event) => {
        event.preventDefault();
        openLink(href).catch(() => onFailure?.());
      },
    };
  };
}
