/** What stands below the search box: a start, the persons found, nothing, or what went wrong. */
import { Button } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import type { Failure } from "../protocol/failure";
import type { Person } from "../protocol/person";
import type { SearchState } from "../search/typeahead";
import { NothingFound, StartState } from "./EmptyStates";
import { useTexts } from "./environment";
import { FailureNotice } from "./FailureNotice";
import { ResultList } from "./ResultList";
import { passes } from "./useRetry";

const QUIET_MS = 400; // no announcement for every keystroke

interface Props {
  readonly state: SearchState;
  /** What went wrong at the start, before anything was searched. */
  readonly startFailure: Failure | null;
  readonly selected: number | null;
  readonly onOpen: (person: Person) => void;
  readonly onLeave: () => void;
  readonly onExample: (text: string) => void;
  readonly onRetry: () => void;
  readonly onSignIn: () => void;
  readonly onCallFailure: () => void;
}

export function Results(props: Props) {
  return (
    <>
      <Announcement state={props.state} />
      <Content {...props} />
    </>
  );
}

function Content(props: Props) {
  const texts = useTexts();
  const { state, startFailure } = props;
  const failure = state.failure ?? (state.found === null ? startFailure : null);
  if (failure?.reason === "directory_changed") return null; // the notice above says it, and has the way forward
  if (failure) {
    const signIn = failure.reason === "sign_in_needed" || failure.reason === "consent_needed";
    return (
      <FailureNotice failure={failure} retrying={passes(failure)} {...(signIn ? {} : { onRetry: props.onRetry })}>
        {signIn && (
          <Button appearance="primary" size="large" onClick={props.onSignIn}>
            {failure.reason === "consent_needed" ? texts.allow : texts.signIn}
          </Button>
        )}
      </FailureNotice>
    );
  }
  if (state.found === null) return state.text.trim() === "" ? <StartState onExample={props.onExample} /> : null;
  if (state.found.persons.length === 0) return <NothingFound text={state.foundFor} />;
  return (
    <ResultList
      found={state.found}
      query={state.foundFor}
      selected={props.selected}
      onOpen={props.onOpen}
      onLeave={props.onLeave}
      onCallFailure={props.onCallFailure}
    />
  );
}

/** Reads the count aloud once typing pauses. */
function Announcement({ state }: { state: SearchState }) {
  const texts = useTexts();
  const [said, setSaid] = useState("");
  const { found, foundFor, searching } = state;

  useEffect(() => {
    const timer = setTimeout(() => {
      if (searching) return;
      if (found === null) setSaid("");
      else if (found.persons.length === 0) setSaid(texts.nothingFound(foundFor));
      else setSaid(texts.count(found.persons.length, found.more));
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [found, foundFor, searching, texts]);

  return (
    <div className="off-screen" role="status" aria-live="polite">
      {said}
    </div>
  );
}
