/** Links that call, mail and chat. */

/** Teams' deep link that calls one telephone number; the plus must travel as %2B or Teams drops it. */
export function teamsCallLink(e164: string): string {
  return `https://teams.microsoft.com/l/call/0/0?users=${encodeURIComponent(`4:${e164}`)}`;
}

/** The device's own way to call. */
export function telLink(e164: string): string {
  return `tel:${e164}`;
}

/** Opens the mail program with one recipient. */
export function mailLink(address: string): string {
  return `mailto:${encodeURIComponent(address).replaceAll("%40", "@")}`;
}

/** Whether a number can be called from outside: E.164 with its plus. */
export function callable(e164: string): boolean {
  return /^\+\d{3,15}$/.test(e164);
}

/** Whether this is a telephone or tablet, where `tel:` reaches a dialler. */
export function isMobile(userAgent: string): boolean {
  return /Android|iPhone|iPad|Mobile/i.test(userAgent);
}

/** An address that may be shown as a link: web addresses only, with a scheme added where a source left it out. */
export function webLink(address: string): string | null {
  const candidate = /^[a-z][a-z\d+.-]*:/i.test(address) ? address : `https://${address}`;
  try {
    const url = new URL(candidate);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
