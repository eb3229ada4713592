/** Initials in the person's colour; companies are square. */
import { Avatar } from "@fluentui/react-components";
import { BuildingRegular } from "@fluentui/react-icons";
import type { Person } from "../protocol/person";

export function PersonAvatar({ person, size }: { person: Person; size: 40 | 72 }) {
  const company = person.displayName === "" || person.displayName === person.company;
  return (
    <Avatar
      aria-hidden="true"
      size={size}
      shape={company ? "square" : "circular"}
      color="colorful"
      idForColor={person.displayName || person.company}
      {...(company ? { icon: <BuildingRegular /> } : { name: person.displayName })}
    />
  );
}

/** What to call a person: its name, else its company. */
export function nameOf(person: Person, unnamed: string): string {
  return person.displayName || person.company || unnamed;
}

/** Job title and company, without repeating the name. */
export function subtitleOf(person: Person): string {
  const company = person.company === person.displayName ? "" : person.company;
  return [person.jobTitle, company].filter((part) => part !== "").join(" · ");
}
