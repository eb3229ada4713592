/** Copies a text, and says so. */
import { Button, makeStyles } from "@fluentui/react-components";
import { CheckmarkRegular, CopyRegular } from "@fluentui/react-icons";
import { useEffect, useState } from "react";
import { useTexts } from "./environment";

const SHOWN_MS = 2000;

const useStyles = makeStyles({ button: { minWidth: "40px", width: "40px", height: "40px", flexShrink: 0 } });

/** `what` is read aloud: the text itself. */
export function CopyButton({ what }: { what: string }) {
  const styles = useStyles();
  const texts = useTexts();
  const [outcome, setOutcome] = useState("");

  useEffect(() => {
    if (outcome === "") return;
    const timer = setTimeout(() => {
      setOutcome("");
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);

  const copy = async () => {
    setOutcome((await copied(what)) ? texts.copied : texts.copyFailed);
  };

  return (
    <>
      <Button
        appearance="subtle"
        className={styles.button}
        icon={outcome === texts.copied ? <CheckmarkRegular /> : <CopyRegular />}
        aria-label={texts.copy(what)}
        title={outcome || texts.copy(what)}
        onClick={() => void copy()}
      />
      <span className="off-screen" role="status">
        {outcome}
      </span>
    </>
  );
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelection(text); // a frame without the clipboard permission
  }
}

function copiedBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way left inside Teams' frames on some clients
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
