/** A telephone number that calls when clicked; numbers that cannot be called from outside are plain text. */
import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { CallRegular, PhoneRegular, PrintRegular } from "@fluentui/react-icons";
import { callable, teamsCallLink } from "../call";
import type { PhoneNumber } from "../protocol/person";
import { useTexts } from "./environment";
import { Highlighted } from "./Highlighted";
import { useOutgoing } from "./outgoing";

const useStyles = makeStyles({
  number: {
    display: "inline-flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalXS,
    minHeight: "28px",
    maxWidth: "100%",
    boxSizing: "border-box",
    padding: `0 ${tokens.spacingHorizontalS}`,
    borderRadius: tokens.borderRadiusMedium,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    fontVariantNumeric: "tabular-nums",
    "@media (pointer: coarse), (max-width: 640px)": { minHeight: "40px" },
  },
  link: {
    textDecoration: "none",
    color: tokens.colorBrandForegroundLink,
    "& mark": { color: "inherit" },
    ":hover": { backgroundColor: tokens.colorSubtleBackgroundHover, color: tokens.colorBrandForegroundLinkHover },
    ":active": { backgroundColor: tokens.colorSubtleBackgroundPressed },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  icon: { fontSize: "16px", lineHeight: 0, flexShrink: 0 },
  text: { overflowWrap: "anywhere" },
  kind: { color: tokens.colorNeutralForeground3, flexShrink: 0 },
});

interface Props {
  readonly number: PhoneNumber;
  readonly name: string;
  readonly query: string;
  readonly onFailure: () => void;
}

export function NumberLink({ number, name, query, onFailure }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  const outgoing = useOutgoing();
  const kind = number.label || (texts.phoneKinds[number.kind] ?? texts.phoneKinds.other ?? "");
  const shown = shownNumber(number);
  const content = (
    <>
      <span className={styles.text}>
        <Highlighted text={shown} query={query} />
      </span>
      <span className={styles.kind}>{kind}</span>
    </>
  );
  if (!isCallable(number)) {
    return (
      <span className={styles.number}>
        <span className={styles.icon}>{number.kind === "fax" ? <PrintRegular /> : <PhoneRegular />}</span>
        {content}
      </span>
    );
  }
  return (
    <a
      className={mergeClasses(styles.number, styles.link)}
      title={texts.callTitle(name, shown)}
      {...outgoing(teamsCallLink(number.e164), onFailure)}
    >
      <span className={styles.icon}>{number.kind === "mobile" ? <PhoneRegular /> : <CallRegular />}</span>
      <span className="off-screen">{texts.callWithTeams}: </span>
      {content}
    </a>
  );
}

/** A number as its source wrote it, without a leading "tel:". */
export function shownNumber(number: PhoneNumber): string {
  return number.raw.replace(/^tel:/i, "") || number.e164;
}

/** Whether clicking the number should call it: not for fax and pager, nor what cannot be reached from outside. */
export function isCallable(number: PhoneNumber): boolean {
  return number.kind !== "fax" && number.kind !== "pager" && callable(number.e164);
}
