/** Search, results and card: side by side where there is room, one after the other on a phone. */
import {
  Button,
  makeStyles,
  mergeClasses,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowLeftRegular, ContactCardRegular } from "@fluentui/react-icons";
import { type KeyboardEvent, useRef, useState } from "react";
import { WIDE_PX } from "../search/pane";
import type { Session } from "../session";
import { AccountBar } from "./AccountBar";
import type { NoticedChange } from "./useSession";
import { ContactCard } from "./ContactCard";
import { useTexts } from "./environment";
import { Footer } from "./Footer";
import { IdentityNotice } from "./IdentityNotice";
import { useMedia } from "./media";
import { Results } from "./Results";
import { SearchField } from "./SearchField";
import { useCardFocus } from "./useCardFocus";
import { useEnter } from "./useEnter";
import { useOpenCard } from "./useOpenCard";
import { useTypeahead } from "./useTypeahead";
import { useWhoAmI } from "./useWhoAmI";

const useStyles = makeStyles({
  page: { height: "100%", display: "flex", flexDirection: "column" },
  panes: { flexGrow: 1, minHeight: 0, display: "flex" },
  list: {
    width: "100%",
    minWidth: 0,
    display: "flex",
    flexDirection: "column",
    backgroundColor: tokens.colorNeutralBackground3,
  },
  listBeside: { width: "400px", flexShrink: 0, borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
  results: { flexGrow: 1, minHeight: 0, overflowY: "auto" },
  card: {
    flexGrow: 1,
    minWidth: 0,
    overflowY: "auto",
    backgroundColor: tokens.colorNeutralBackground1,
    boxSizing: "border-box",
    padding: `${tokens.spacingVerticalXXL} ${tokens.spacingHorizontalXXXL}`,
  },
  cardAlone: { padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL} ${tokens.spacingVerticalXXL}` },
  cardWidth: { maxWidth: "640px", margin: "0 auto" },
  hidden: { display: "none" },
  callFailed: { flexShrink: 0, padding: tokens.spacingHorizontalM },
  wrapped: { whiteSpace: "normal" },
  button: { minHeight: "40px" },
  back: { minHeight: "40px", marginInlineStart: `calc(-1 * ${tokens.spacingHorizontalM})` },
  nobody: {
    height: "100%",
    display: "flex",
    flexDirection: "column",
    alignItems: "center",
    justifyContent: "center",
    gap: tokens.spacingVerticalM,
    color: tokens.colorNeutralForeground3,
  },
  nobodyIcon: { fontSize: "48px", lineHeight: 0 },
});

interface Props {
  readonly session: Session;
  readonly change: NoticedChange | null;
  readonly onCloseChange: () => void;
  readonly onSignIn: () => void;
  readonly onSignOut: (() => void) | null;
}

export function Workplace({ session, change, onCloseChange, onSignIn, onSignOut }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  const wide = useMedia(`(min-width: ${WIDE_PX}px)`);
  const box = useRef<HTMLInputElement>(null);
  const results = useRef<HTMLDivElement>(null);
  const pane = useRef<HTMLDivElement>(null);
  const [callFailed, setCallFailed] = useState(false);
  const [state, typeahead] = useTypeahead(session.directory);
  const card = useOpenCard(session.directory, wide);
  const { whoami, failure, retry: askAgain } = useWhoAmI(session.directory);
  const enter = useEnter(state, card.open);
  const openCard = card.person;
  const openId = openCard?.id ?? null;

  useCardFocus(wide, openId, { results, pane, box });

  const retry = () => {
    askAgain();
    typeahead.retry();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape") return;
    if (openCard && !wide) card.close();
    else box.current?.focus();
  };
  const reportCall = () => {
    setCallFailed(true);
  };
  const remarks = { gone: texts.gone, stale: texts.cardStale };
  const remark = card.remark ? remarks[card.remark] : "";

  return (
    // Escape works wherever the focus is; every control inside has its own role.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={styles.page} onKeyDown={onKeyDown}>
      {onSignOut && <AccountBar identity={session.around.identity} onSignOut={onSignOut} />}
      {change && (
        <IdentityNotice
          change={change}
          onClose={() => {
            onCloseChange();
            retry();
          }}
        />
      )}
      {callFailed && (
        <MessageBar intent="warning" layout="multiline" className={styles.callFailed}>
          <MessageBarBody className={styles.wrapped}>{texts.callFailed}</MessageBarBody>
          <MessageBarActions>
            <Button
              className={styles.button}
              onClick={() => {
                setCallFailed(false);
              }}
            >
              {texts.understood}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      <main className={styles.panes}>
        {!onSignOut && <h1 className="off-screen">{texts.productName}</h1>}
        <div
          className={mergeClasses(styles.list, wide && styles.listBeside, !wide && openCard !== null && styles.hidden)}
        >
          <SearchField
            text={state.text}
            searching={state.searching}
            box={box}
            onType={(text) => {
              enter.forget();
              typeahead.type(text);
            }}
            onEnter={enter.press}
            onDown={() => results.current?.querySelector<HTMLElement>("[data-row]")?.focus()}
          />
          <div className={styles.results} ref={results}>
            <Results
              state={state}
              startFailure={failure}
              selected={openId}
              onOpen={card.open}
              onLeave={() => box.current?.focus()}
              onExample={(text) => {
                typeahead.type(text);
                box.current?.focus();
              }}
              onRetry={retry}
              onSignIn={onSignIn}
              onCallFailure={reportCall}
            />
          </div>
          <Footer sources={state.found?.sources ?? whoami?.sources ?? []} fingerprint={whoami?.fingerprint ?? ""} />
        </div>
        {(wide || openCard) && (
          <div className={mergeClasses(styles.card, !wide && styles.cardAlone)} ref={pane}>
            <div className={mergeClasses(styles.cardWidth, !openCard && styles.nobody)}>
              {!wide && (
                <Button appearance="subtle" className={styles.back} icon={<ArrowLeftRegular />} onClick={card.close}>
                  {texts.back}
                </Button>
              )}
              {openCard ? (
                <ContactCard person={openCard} remark={remark} onCallFailure={reportCall} />
              ) : (
                <>
                  <ContactCardRegular className={styles.nobodyIcon} aria-hidden="true" />
                  <Text>{texts.selectHint}</Text>
                </>
              )}
            </div>
          </div>
        )}
      </main>
    </div>
  );
}
