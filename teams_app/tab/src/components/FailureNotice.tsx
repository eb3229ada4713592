/** A failure in plain words, with the way forward. */
import { Button, makeStyles, Subtitle2, Text, tokens } from "@fluentui/react-components";
import { PlugDisconnectedRegular, ShieldErrorRegular, WarningRegular } from "@fluentui/react-icons";
import type { ReactElement, ReactNode } from "react";
import type { Failure, FailureName } from "../protocol/failure";
import { useTexts } from "./environment";

const useStyles = makeStyles({
  notice: {
    maxWidth: "400px",
    margin: "0 auto",
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalL}`,
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    textAlign: "center",
    gap: tokens.spacingVerticalS,
  },
  icon: { fontSize: "40px", lineHeight: 0, color: tokens.colorNeutralForeground3 },
  title: { margin: 0 },
  hint: { color: tokens.colorNeutralForeground2 },
  retrying: { color: tokens.colorNeutralForeground3 },
  button: { minHeight: "40px", marginTop: tokens.spacingVerticalS },
});

const ICONS: Partial<Record<FailureName, ReactElement>> = {
  offline: <PlugDisconnectedRegular />,
  no_directory: <PlugDisconnectedRegular />,
  line_lost: <PlugDisconnectedRegular />,
  untrusted: <ShieldErrorRegular />,
  outdated_keys: <ShieldErrorRegular />,
  directory_changed: <ShieldErrorRegular />,
  sign_in_refused: <ShieldErrorRegular />,
};

interface Props {
  readonly failure: Failure;
  readonly onRetry?: () => void;
  /** Whether it will be tried again without the user. */
  readonly retrying?: boolean;
  readonly children?: ReactNode;
}

export function FailureNotice({ failure, onRetry, retrying = false, children }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  const { title, hint } = texts.failures[failure.reason];
  return (
    <div className={styles.notice} role="alert" data-failure={failure.reason}>
      <span className={styles.icon}>{ICONS[failure.reason] ?? <WarningRegular />}</span>
      <Subtitle2 as="h2" align="center" className={styles.title}>
        {title}
      </Subtitle2>
      <Text className={styles.hint} align="center">
        {hint}
      </Text>
      {children}
      {onRetry && (
        <Button className={styles.button} onClick={onRetry}>
          {texts.tryAgain}
        </Button>
      )}
      {retrying && (
        <Text size={200} className={styles.retrying}>
          {texts.retrying}
        </Text>
      )}
    </div>
  );
}
