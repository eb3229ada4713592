/** What the list shows before a search, and when nothing was found. */
import { Button, makeStyles, Subtitle2, Text, tokens } from "@fluentui/react-components";
import { PeopleSearchRegular, SearchInfoRegular } from "@fluentui/react-icons";
import { useTexts } from "./environment";

const useStyles = makeStyles({
  state: {
    maxWidth: "360px",
    margin: "0 auto",
    padding: `${tokens.spacingVerticalXXXL} ${tokens.spacingHorizontalL}`,
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    textAlign: "center",
    gap: tokens.spacingVerticalS,
  },
  icon: { fontSize: "48px", lineHeight: 0, color: tokens.colorBrandForeground1 },
  hint: { color: tokens.colorNeutralForeground2 },
  examples: {
    display: "flex",
    flexWrap: "wrap",
    justifyContent: "center",
    gap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalM,
  },
  example: { minHeight: "40px", minWidth: "auto", fontWeight: tokens.fontWeightRegular },
  hints: {
    margin: 0,
    paddingInlineStart: tokens.spacingHorizontalXL,
    textAlign: "start",
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    "& li": { marginBottom: tokens.spacingVerticalXS },
  },
  title: { margin: 0, overflowWrap: "anywhere" },
});

export function StartState({ onExample }: { onExample: (text: string) => void }) {
  const styles = useStyles();
  const texts = useTexts();
  return (
    <div className={styles.state}>
      <PeopleSearchRegular className={styles.icon} />
      <Subtitle2 as="h2" align="center" className={styles.title}>
        {texts.startTitle}
      </Subtitle2>
      <Text className={styles.hint} align="center">
        {texts.startHint}
      </Text>
      <div className={styles.examples} role="group" aria-label={texts.examples}>
        {texts.exampleTexts.map((example) => (
          <Button
            key={example}
            className={styles.example}
            shape="circular"
            onClick={() => {
              onExample(example);
            }}
          >
            {example}
          </Button>
        ))}
      </div>
    </div>
  );
}

export function NothingFound({ text }: { text: string }) {
  const styles = useStyles();
  const texts = useTexts();
  return (
    <div className={styles.state}>
      <SearchInfoRegular className={styles.icon} />
      <Subtitle2 as="h2" align="center" className={styles.title}>
        {texts.nothingFound(text)}
      </Subtitle2>
      <ul className={styles.hints}>
        {texts.nothingHints.map((hint) => (
          <li key={hint}>{hint}</li>
        ))}
      </ul>
    </div>
  );
}
