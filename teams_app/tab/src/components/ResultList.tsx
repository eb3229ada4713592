/** The persons found; arrow keys walk through them. */
import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { KeyboardEvent } from "react";
import type { Found } from "../protocol/directory";
import type { Person } from "../protocol/person";
import { useTexts } from "./environment";
import { ResultRow } from "./ResultRow";

const useStyles = makeStyles({
  list: {
    listStyleType: "none",
    margin: 0,
    padding: `0 ${tokens.spacingHorizontalS} ${tokens.spacingVerticalM}`,
    display: "flex",
    flexDirection: "column",
    gap: "2px",
  },
  more: {
    display: "block",
    padding: `0 ${tokens.spacingHorizontalXL} ${tokens.spacingVerticalL}`,
    color: tokens.colorNeutralForeground3,
  },
});

interface Props {
  readonly found: Found;
  readonly query: string;
  readonly selected: number | null;
  readonly onOpen: (person: Person) => void;
  /** The user walks up past the first row. */
  readonly onLeave: () => void;
  readonly onCallFailure: () => void;
}

export function ResultList({ found, query, selected, onOpen, onLeave, onCallFailure }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  return (
    <>
      {/* The keys only move the focus between the rows' own buttons, which stay reachable by Tab as well. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ul
        className={styles.list}
        aria-label={texts.results}
        onKeyDown={(event) => {
          walk(event, onLeave);
        }}
      >
        {found.persons.map((person) => (
          <ResultRow
            key={person.id}
            person={person}
            query={query}
            selected={person.id === selected}
            onOpen={onOpen}
            onCallFailure={onCallFailure}
          />
        ))}
      </ul>
      {found.more && (
        <Text size={200} className={styles.more}>
          {texts.moreExist(found.persons.length)}
        </Text>
      )}
    </>
  );
}

/** Moves the focus from row to row: arrows, Home, End; up from the first row leaves the list. */
function walk(event: KeyboardEvent<HTMLElement>, onLeave: () => void): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const inside = (event.target as Element).closest("li")?.querySelector<HTMLElement>("[data-row]") ?? null;
  const at = inside ? rows.indexOf(inside) : -1;
  const goals: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 };
  const goal = goals[event.key];
  if (goal === undefined) return;
  event.preventDefault();
  if (goal < 0) onLeave();
  else rows[goal]?.focus();
}
