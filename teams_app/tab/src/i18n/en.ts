import type { FailureName } from "../protocol/failure";

/** What to tell a person about a failure: what happened, what to do, and the label of the way forward. */
export interface FailureText {
  readonly title: string;
  readonly hint: string;
}

const failures: Readonly<Record<FailureName, FailureText>> = {
  offline: {
    title: "No connection",
    hint: "The service cannot be reached. Check your network; the search goes on by itself once it is back.",
  },
  no_directory: {
    title: "The directory is not connected",
    hint: "Your company's contact directory is not reachable right now. If this lasts, or if it has never worked, ask your IT team: they set the directory up and connect it once.",
  },
  deadline: {
    title: "That took too long",
    hint: "The directory did not answer in time. Please try again.",
  },
  busy: {
    title: "Too much going on",
    hint: "Many people are searching at this moment. Please try again in a few seconds.",
  },
  line_lost: {
    title: "The connection broke off",
    hint: "The line to the directory was interrupted while it was answering. Please try again.",
  },
  tenant_unknown: {
    title: "Your organization is not set up yet",
    hint: "No contact directory is registered for your organization. Ask your IT team to install the directory and to register your tenant.",
  },
  sign_in_needed: {
    title: "Please sign in again",
    hint: "Your session has ended.",
  },
  sign_in_refused: {
    title: "Sign-in was refused",
    hint: "Your account may not use this app. Try another account, or ask your IT team to allow it for you.",
  },
  consent_needed: {
    title: "Your permission is needed",
    hint: "The app needs to know who you are, so that it shows only contacts you may see.",
  },
  untrusted: {
    title: "This directory cannot be trusted",
    hint: "Its keys are not signed for your organization, so nothing was sent. Please tell your IT team.",
  },
  tab_outdated: {
    title: "This page is too old",
    hint: "The directory uses keys this version does not know. Reload the page; if this stays, please tell your IT team.",
  },
  outdated_keys: {
    title: "The directory's keys are outdated",
    hint: "The service offered older keys than before, so nothing was sent. Try again; if this stays, please tell your IT team.",
  },
  directory_changed: {
    title: "The directory has a new identity",
    hint: "Its fingerprint is not the one known on this device. Compare it with your IT team before you go on.",
  },
  clock: {
    title: "Your clock is wrong",
    hint: "The date or time of this device is too far off. Set it right and try again.",
  },
  failed: {
    title: "That did not work",
    hint: "Something went wrong on the way. Please try again; if this stays, please tell your IT team.",
  },
};

export const en = {
  language: "en",
  productName: "Contactory",
  signIn: "Sign in",
  signOut: "Sign out",
  allow: "Continue",
  welcome: "All your company's contacts in one place",
  welcomeHint: "Search customers, suppliers and colleagues from every address book, and call them with one click.",
  loading: "Connecting to your directory…",
  search: "Search contacts",
  searchPlaceholder: "Name, company, number…",
  clearSearch: "Clear search",
  searching: "Searching…",
  results: "Results",
  startTitle: "Whom are you looking for?",
  startHint: "Type a name, a company, a place or a phone number. A few letters are enough.",
  examples: "Examples",
  exampleTexts: ["müller acme", "+49 89", "sales -berlin"],
  nothingFound: (text: string): string => `Nothing found for “${text}”`,
  nothingHints: [
    "Try fewer letters, or only one of the words.",
    "Umlauts and accents do not matter: Müller, Mueller and Muller are the same.",
    "A part of the phone number is enough.",
    "You only see contacts that are shared with you.",
  ],
  count: (shown: number, more: boolean): string =>
    more ? `More than ${shown} contacts found` : shown === 1 ? "1 contact found" : `${shown} contacts found`,
  moreExist: (shown: number): string => `The first ${shown} are shown. Type on to narrow the search.`,
  selectHint: "Select a contact to see everything about it.",
  unnamed: "Without a name",
  back: "Back to the results",
  callWithTeams: "Call with Teams",
  callTitle: (name: string, number: string): string => `Call ${name} with Teams: ${number}`,
  callFailed:
    "Teams did not open the call. Calling numbers needs a Teams phone licence; without one, copy the number and dial it on your phone.",
  dial: "Call with this phone",
  sendMail: "Send email",
  copy: (what: string): string => `Copy ${what}`,
  copied: "Copied",
  copyFailed: "Copying is not allowed here. Select the text and copy it yourself.",
  numbers: "Phone",
  emails: "Email",
  addresses: "Address",
  notes: "Notes",
  web: "Web",
  categories: "Categories",
  company: "Company",
  department: "Department",
  sources: "Sources",
  from: (source: string): string => `Source: ${source}`,
  sourceRecord: (key: string, changed: string): string => (changed ? `${key}, changed ${changed}` : key),
  gone: "This contact is no longer in the directory.",
  cardStale: "The card could not be refreshed; this is what the search found.",
  phoneKinds: {
    work: "Work",
    mobile: "Mobile",
    main: "Main number",
    home: "Private",
    assistant: "Assistant",
    ip: "IP phone",
    pager: "Pager",
    fax: "Fax",
    other: "Phone",
  } as Readonly<Record<string, string>>,
  placeKinds: { work: "Work", home: "Private", other: "Other" } as Readonly<Record<string, string>>,
  freshness: "Freshness of the sources",
  sourcesUpToDate: (count: number, age: string): string =>
    `${count === 1 ? "1 source" : `${count} sources`}, updated ${age}`,
  noSources: "No source is shared with you yet",
  never: "not read yet",
  justNow: "just now",
  sealed: "End-to-end sealed",
  fingerprint: "Fingerprint of the directory",
  fingerprintHint:
    "Searches and answers are sealed between this app and your company's directory. Your IT team sees the same fingerprint in the directory's administration.",
  fingerprintChanged: "The directory was registered anew and has a new fingerprint.",
  fingerprintBefore: "So far",
  fingerprintNow: "Now",
  understood: "Understood",
  trustAnyway: "I compared it, go on",
  tryAgain: "Try again",
  retrying: "Trying again by itself…",
  failures,
};
