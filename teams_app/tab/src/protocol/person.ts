/** Persons as the directory answers them: contacts of one human, every field with its source. */

export interface PhoneNumber {
  readonly kind: string;
  readonly raw: string;
  /** With its plus, or empty where the number cannot be called from outside. */
  readonly e164: string;
  readonly label: string;
  readonly source: string;
}

export interface Email {
  readonly kind: string;
  readonly address: string;
  readonly source: string;
}

export interface PostalAddress {
  readonly kind: string;
  readonly street: string;
  readonly postalCode: string;
  readonly city: string;
  readonly region: string;
  readonly country: string;
  readonly source: string;
}

export interface Note {
  readonly text: string;
  readonly source: string;
}

export interface ContactRef {
  readonly id: number;
  readonly source: string;
  readonly key: string;
  /** ISO 8601; null where it would tell of fields that may not be seen. */
  readonly changed: string | null;
}

export interface Person {
  readonly id: number;
  readonly displayName: string;
  readonly company: string;
  readonly department: string;
  readonly jobTitle: string;
  readonly numbers: readonly PhoneNumber[];
  readonly emails: readonly Email[];
  readonly addresses: readonly PostalAddress[];
  readonly notes: readonly Note[];
  readonly urls: readonly string[];
  readonly categories: readonly string[];
  readonly contacts: readonly ContactRef[];
  /** Why it was found: rank class and field; null where it was asked for by id. */
  readonly match: { readonly rank: string; readonly field: string } | null;
}

/** A source and the age of its data in seconds, null before its first sync. */
export interface SourceAge {
  readonly name: string;
  readonly ageSeconds: number | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a person; missing or odd parts become empty, so that an older or newer directory still shows what it can. */
export function readPerson(value: unknown): Person {
  const data = fields(value);
  const match = data.match == null ? null : fields(data.match);
  return {
    id: number(data.id),
    displayName: text(data.display_name),
    company: text(data.company),
    department: text(data.department),
    jobTitle: text(data.job_title),
    numbers: list(data.numbers, (item) => ({
      kind: text(item.kind),
      raw: text(item.raw),
      e164: text(item.e164),
      label: text(item.label),
      source: text(item.source),
    })),
    emails: list(data.emails, (item) => ({
      kind: text(item.kind),
      address: text(item.address),
      source: text(item.source),
    })),
    addresses: list(data.addresses, (item) => ({
      kind: text(item.kind),
      street: text(item.street),
      postalCode: text(item.postal_code),
      city: text(item.city),
      region: text(item.region),
      country: text(item.country),
      source: text(item.source),
    })),
    notes: list(data.notes, (item) => ({ text: text(item.text), source: text(item.source) })),
    urls: texts(data.urls),
    categories: texts(data.categories),
    contacts: list(data.contacts, (item) => ({
      id: number(item.id),
      source: text(item.source),
      key: text(item.key),
      changed: text(item.changed) || null,
    })),
    match: match && { rank: text(match.rank), field: text(match.field) },
  };
}

/** Reads the sources and their ages. */
export function readSources(value: unknown): readonly SourceAge[] {
  return list(value, (item) => ({
    name: text(item.name),
    ageSeconds: typeof item.age_s === "number" ? item.age_s : null,
  }));
}

/** Reads a list of persons. */
export function readPersons(value: unknown): readonly Person[] {
  return Array.isArray(value) ? value.map(readPerson) : [];
}

function list<Item>(value: unknown, read: (item: Fields) => Item): readonly Item[] {
  return Array.isArray(value) ? value.map((item) => read(fields(item))) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string" && item !== "") : [];
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
