/** How fresh the directory is, and how to check that it is the right one. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronUpRegular, ShieldCheckmarkRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { ageText } from "../i18n/locale";
import type { SourceAge } from "../protocol/person";
import { useTexts } from "./environment";

/** So many characters of the fingerprint are always in sight. */
const SHOWN = 8;

const useStyles = makeStyles({
  footer: { borderTop: `1px solid ${tokens.colorNeutralStroke2}`, flexShrink: 0 },
  toggle: {
    width: "100%",
    maxWidth: "none",
    minHeight: "40px",
    justifyContent: "flex-start",
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalL}`,
    borderRadius: 0,
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorNeutralForeground3,
  },
  summary: { flexGrow: 1, textAlign: "start", overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  print: { fontFamily: tokens.fontFamilyMonospace, flexShrink: 0 },
  details: {
    padding: `0 ${tokens.spacingHorizontalL} ${tokens.spacingVerticalM}`,
    display: "flex",
    flexDirection: "column",
    gap: tokens.spacingVerticalXS,
    color: tokens.colorNeutralForeground2,
    maxHeight: "40vh",
    overflowY: "auto",
  },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, overflowWrap: "anywhere" },
  ages: {
    margin: 0,
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto",
    columnGap: tokens.spacingHorizontalL,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    "& dd": { margin: 0 },
    "& dt": { overflowWrap: "anywhere" },
  },
});

interface Props {
  readonly sources: readonly SourceAge[];
  readonly fingerprint: string;
}

export function Footer({ sources, fingerprint }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <footer className={styles.footer}>
      <Button
        appearance="subtle"
        className={styles.toggle}
        aria-expanded={open}
        icon={<ShieldCheckmarkRegular />}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span className={styles.summary}>{summary(texts, sources)}</span>
        {fingerprint !== "" && (
          <span className={styles.print}>
            <span className="off-screen">{texts.fingerprint}: </span>
            {groups(fingerprint.slice(0, SHOWN))}
          </span>
        )}
        {open ? <ChevronDownRegular /> : <ChevronUpRegular />}
      </Button>
      {open && (
        <div className={styles.details}>
          {sources.length > 0 && (
            <>
              <Text size={200} weight="semibold">
                {texts.freshness}
              </Text>
              <dl className={styles.ages}>
                {sources.map((source) => (
                  <SourceLine key={source.name} source={source} />
                ))}
              </dl>
            </>
          )}
          {fingerprint !== "" && (
            <>
              <Text size={200} weight="semibold">
                {texts.fingerprint}
              </Text>
              <code className={styles.code}>{groups(fingerprint)}</code>
              <Text size={200}>{texts.fingerprintHint}</Text>
            </>
          )}
        </div>
      )}
    </footer>
  );
}

function SourceLine({ source }: { source: SourceAge }) {
  const texts = useTexts();
  return (
    <>
      <dt>{source.name}</dt>
      <dd>{ageText(texts, source.ageSeconds)}</dd>
    </>
  );
}

/** The oldest source counts: nothing shown is older. */
function summary(texts: ReturnType<typeof useTexts>, sources: readonly SourceAge[]): string {
  if (sources.length === 0) return texts.noSources;
  const ages = sources.map((source) => source.ageSeconds);
  const oldest = ages.includes(null) ? null : Math.max(...ages.map((age) => age ?? 0));
  return texts.sourcesUpToDate(sources.length, ageText(texts, oldest));
}

/** A fingerprint in groups of four, as people compare it. */
export function groups(fingerprint: string): string {
  return fingerprint.match(/.{1,4}/g)?.join(" ") ?? "";
}
