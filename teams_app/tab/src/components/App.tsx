/** The page: connects, lets the user sign in, and shows the directory. */
import { FluentProvider, makeStyles, Spinner, tokens } from "@fluentui/react-components";
import { useEffect, useMemo } from "react";
import { isMobile } from "../call";
import { textsFor } from "../i18n/locale";
import type { Session } from "../session";
import { preferredTheme, teamsTheme } from "../theme";
import { type Environment, EnvironmentContext } from "./environment";
import { FailureNotice } from "./FailureNotice";
import { useMedia } from "./media";
import { useSession } from "./useSession";
import { Welcome } from "./Welcome";
import { Workplace } from "./Workplace";

const useStyles = makeStyles({
  provider: { height: "100%", backgroundColor: tokens.colorNeutralBackground3 },
  centre: { height: "100%", display: "grid", placeItems: "center", padding: tokens.spacingHorizontalL },
});

export function App() {
  const styles = useStyles();
  const prefersDark = useMedia("(prefers-color-scheme: dark)");
  const { phase, session, failure, hostTheme, change, restart, signIn, signOut, closeChange } = useSession();
  const environment = useEnvironmentOf(session);

  useEffect(() => {
    document.documentElement.lang = environment.texts.language;
  }, [environment]);

  return (
    <EnvironmentContext value={environment}>
      <FluentProvider theme={teamsTheme(hostTheme ?? preferredTheme(prefersDark))} className={styles.provider}>
        {phase === "starting" && (
          <main className={styles.centre}>
            <Spinner label={environment.texts.loading} labelPosition="below" />
          </main>
        )}
        {phase === "broken" && failure && (
          <main className={styles.centre}>
            <FailureNotice failure={failure} onRetry={restart} />
          </main>
        )}
        {phase === "signedOut" && <Welcome failure={failure} onSignIn={() => void signIn()} />}
        {phase === "ready" && session && (
          <Workplace
            session={session}
            change={change}
            onCloseChange={closeChange}
            onSignIn={() => void signIn()}
            onSignOut={session.around.identity.signOut ? () => void signOut() : null}
          />
        )}
      </FluentProvider>
    </EnvironmentContext>
  );
}

function useEnvironmentOf(session: Session | null): Environment {
  return useMemo(
    () => ({
      texts: textsFor(session?.around.locale ?? navigator.language),
      openLink: session?.around.openLink ?? null,
      dials: session?.around.inTeams === false && isMobile(navigator.userAgent),
    }),
    [session],
  );
}
