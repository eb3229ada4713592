/** Outside Teams only: what this page is, and who is signed in. */
import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { SignOutRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import type { Identity } from "../identity/identity";
import { Emblem } from "./Emblem";
import { useTexts } from "./environment";

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
    minHeight: "48px",
    display: "flex",
    alignItems: "center",
    gap: tokens.spacingHorizontalS,
    padding: `0 ${tokens.spacingHorizontalS} 0 ${tokens.spacingHorizontalL}`,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground4,
  },
  name: { margin: 0, flexGrow: 1 },
  account: {
    color: tokens.colorNeutralForeground2,
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  button: { minWidth: "40px", width: "40px", height: "40px", flexShrink: 0 },
});

export function AccountBar({ identity, onSignOut }: { identity: Identity; onSignOut: () => void }) {
  const styles = useStyles();
  const texts = useTexts();
  const [account, setAccount] = useState("");

  useEffect(() => {
    let current = true;
    void identity.account().then((name) => {
      if (current) setAccount(name);
    });
    return () => {
      current = false;
    };
  }, [identity]);

  return (
    <header className={styles.bar}>
      <Emblem size={24} />
      <Text as="h1" weight="semibold" size={300} className={styles.name}>
        {texts.productName}
      </Text>
      <Text className={styles.account}>{account}</Text>
      <Button
        appearance="subtle"
        className={styles.button}
        icon={<SignOutRegular />}
        aria-label={texts.signOut}
        title={texts.signOut}
        onClick={onSignOut}
      />
    </header>
  );
}
