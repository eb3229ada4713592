/** The page before anyone is signed in. */
import { Button, makeStyles, Text, Title2, tokens } from "@fluentui/react-components";
import type { Failure } from "../protocol/failure";
import { Emblem } from "./Emblem";
import { useTexts } from "./environment";
import { FailureNotice } from "./FailureNotice";

const useStyles = makeStyles({
  page: { height: "100%", overflowY: "auto", display: "grid", placeItems: "center" },
  panel: {
    boxSizing: "border-box",
    width: "100%",
    maxWidth: "440px",
    padding: tokens.spacingHorizontalXXL,
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    textAlign: "center",
    gap: tokens.spacingVerticalM,
  },
  title: { margin: 0 },
  hint: { color: tokens.colorNeutralForeground2, marginBottom: tokens.spacingVerticalM },
  button: { minHeight: "40px", minWidth: "160px" },
});

export function Welcome({ failure, onSignIn }: { failure: Failure | null; onSignIn: () => void }) {
  const styles = useStyles();
  const texts = useTexts();
  const consent = failure?.reason === "consent_needed";
  return (
    <main className={styles.page}>
      <div className={styles.panel}>
        <Emblem size={64} />
        <Title2 as="h1" align="center" className={styles.title}>
          {texts.welcome}
        </Title2>
        <Text className={styles.hint} size={400} align="center">
          {texts.welcomeHint}
        </Text>
        {failure && <FailureNotice failure={failure} />}
        <Button appearance="primary" size="large" className={styles.button} onClick={onSignIn}>
          {consent ? texts.allow : texts.signIn}
        </Button>
      </div>
    </main>
  );
}
