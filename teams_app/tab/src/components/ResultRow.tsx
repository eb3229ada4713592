/** One person found: who it is, and every number one click away. */
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import type { Person } from "../protocol/person";
import { useTexts } from "./environment";
import { Highlighted } from "./Highlighted";
import { NumberLink } from "./NumberLink";
import { nameOf, PersonAvatar, subtitleOf } from "./PersonAvatar";

const useStyles = makeStyles({
  row: {
    position: "relative",
    display: "grid",
    gridTemplateColumns: "40px minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalM,
    padding: `${tokens.spacingVerticalSNudge} ${tokens.spacingHorizontalM}`,
    borderRadius: tokens.borderRadiusLarge,
    ":hover": { backgroundColor: tokens.colorNeutralBackground1 },
  },
  selected: {
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow2,
    "::before": {
      content: '""',
      position: "absolute",
      insetBlock: "8px",
      insetInlineStart: 0,
      width: "3px",
      borderRadius: tokens.borderRadiusMedium,
      backgroundColor: tokens.colorCompoundBrandBackground,
    },
  },
  open: {
    display: "block",
    margin: 0,
    padding: 0,
    border: "none",
    outlineStyle: "none",
    background: "none",
    font: "inherit",
    textAlign: "start",
    width: "100%",
    minHeight: "40px",
    cursor: "pointer",
    // The whole row opens the card; only the numbers lie above.
    "::after": { content: '""', position: "absolute", inset: 0, borderRadius: tokens.borderRadiusLarge },
    ":focus-visible::after": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  name: {
    display: "block",
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground1,
    overflowWrap: "anywhere",
  },
  subtitle: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
    overflowWrap: "anywhere",
  },
  text: { minWidth: 0 },
  numbers: {
    position: "relative",
    zIndex: 1,
    display: "flex",
    flexWrap: "wrap",
    columnGap: tokens.spacingHorizontalXS,
    marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalS})`,
    pointerEvents: "none",
    "& > *": { pointerEvents: "auto" },
  },
});

interface Props {
  readonly person: Person;
  readonly query: string;
  readonly selected: boolean;
  readonly onOpen: (person: Person) => void;
  readonly onCallFailure: () => void;
}

export function ResultRow({ person, query, selected, onOpen, onCallFailure }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  const name = nameOf(person, texts.unnamed);
  const subtitle = subtitleOf(person);
  return (
    <li className={mergeClasses(styles.row, selected && styles.selected)}>
      <PersonAvatar person={person} size={40} />
      <div className={styles.text}>
        <button
          type="button"
          className={styles.open}
          data-row={person.id}
          aria-current={selected ? "true" : undefined}
          onClick={() => {
            onOpen(person);
          }}
        >
          <span className={styles.name}>
            <Highlighted text={name} query={query} />
          </span>
          {subtitle !== "" && (
            <span className={styles.subtitle}>
              <Highlighted text={subtitle} query={query} />
            </span>
          )}
        </button>
        {person.numbers.length > 0 && (
          <div className={styles.numbers}>
            {person.numbers.map((number, index) => (
              <NumberLink key={index} number={number} name={name} query={query} onFailure={onCallFailure} />
            ))}
          </div>
        )}
      </div>
    </li>
  );
}
