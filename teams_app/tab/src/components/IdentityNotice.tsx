/** The directory has another identity key than the one known here: say so, and let the user compare. */
import { Button, makeStyles, MessageBar, MessageBarBody, MessageBarTitle, tokens } from "@fluentui/react-components";
import type { NoticedChange } from "./useSession";
import { useTexts } from "./environment";
import { groups } from "./Footer";

const useStyles = makeStyles({
  bar: { height: "auto", alignItems: "flex-start", padding: tokens.spacingHorizontalM },
  body: { whiteSpace: "normal" },
  prints: {
    margin: `${tokens.spacingVerticalS} 0`,
    display: "grid",
    gridTemplateColumns: "auto minmax(0, 1fr)",
    columnGap: tokens.spacingHorizontalM,
    "& dd": { margin: 0, fontFamily: tokens.fontFamilyMonospace, overflowWrap: "anywhere" },
  },
  button: { minHeight: "40px" },
});

export function IdentityNotice({ change, onClose }: { change: NoticedChange; onClose: () => void }) {
  const styles = useStyles();
  const texts = useTexts();
  const refused = texts.failures.directory_changed;
  return (
    <MessageBar intent={change.accepted ? "info" : "warning"} layout="multiline" className={styles.bar} role="alert">
      <MessageBarBody className={styles.body}>
        <MessageBarTitle>{change.accepted ? texts.fingerprintChanged : refused.title}</MessageBarTitle>
        {!change.accepted && ` ${refused.hint}`}
        <dl className={styles.prints}>
          <dt>{texts.fingerprintBefore}</dt>
          <dd>{groups(change.before)}</dd>
          <dt>{texts.fingerprintNow}</dt>
          <dd>{groups(change.now)}</dd>
        </dl>
        <Button className={styles.button} onClick={onClose}>
          {change.accepted ? texts.understood : texts.trustAnyway}
        </Button>
      </MessageBarBody>
    </MessageBar>
  );
}
