/** One field of a card: its value, what kind it is, where it came from, and a button that copies it. */
import { makeStyles, tokens } from "@fluentui/react-components";
import { DatabaseRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { CopyButton } from "./CopyButton";
import { useTexts } from "./environment";

const useStyles = makeStyles({
  section: { display: "flex", flexDirection: "column" },
  heading: {
    margin: 0,
    padding: `${tokens.spacingVerticalM} 0 ${tokens.spacingVerticalXXS}`,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground3,
  },
  list: { listStyleType: "none", margin: 0, padding: 0 },
  field: {
    display: "grid",
    gridTemplateColumns: "20px minmax(0, 1fr) auto",
    columnGap: tokens.spacingHorizontalM,
    alignItems: "center",
    minHeight: "48px",
    padding: `${tokens.spacingVerticalXXS} 0`,
  },
  icon: { fontSize: "20px", lineHeight: 0, color: tokens.colorNeutralForeground3 },
  value: {
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    overflowWrap: "anywhere",
    whiteSpace: "pre-line",
    // A finger needs 40 pixels; the text line alone has 20.
    "& a": { display: "inline-block", paddingBlock: "12px", marginBlock: "-12px" },
  },
  origin: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "center",
    columnGap: tokens.spacingHorizontalS,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground3,
  },
  source: { display: "inline-flex", alignItems: "center", gap: tokens.spacingHorizontalXXS },
  actions: { display: "flex" },
});

export function CardSection({ title, children }: { title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.section}>
      <h3 className={styles.heading}>{title}</h3>
      <ul className={styles.list}>{children}</ul>
    </section>
  );
}

interface Props {
  readonly icon: ReactNode;
  readonly children: ReactNode;
  /** What the copy button copies; none without it. */
  readonly copy?: string;
  readonly kind?: string;
  readonly source?: string;
  readonly actions?: ReactNode;
}

export function CardField({ icon, children, copy = "", kind = "", source = "", actions }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  return (
    <li className={styles.field}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <div>
        <div className={styles.value}>{children}</div>
        {(kind !== "" || source !== "") && (
          <div className={styles.origin}>
            {kind !== "" && <span>{kind}</span>}
            {source !== "" && (
              <span className={styles.source} title={texts.from(source)}>
                <DatabaseRegular aria-hidden="true" />
                <span className="off-screen">{texts.from("")}</span>
                {source}
              </span>
            )}
          </div>
        )}
      </div>
      <div className={styles.actions}>
        {actions}
        {copy !== "" && <CopyButton what={copy} />}
      </div>
    </li>
  );
}
