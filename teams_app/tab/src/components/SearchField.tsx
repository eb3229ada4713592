/** The box one types into; it has the focus from the start. */
import { makeStyles, SearchBox, Spinner, tokens } from "@fluentui/react-components";
import { type Ref, type RefObject, useEffect } from "react";
import { MAX_TEXT } from "../protocol/directory";
import { useTexts } from "./environment";

const useStyles = makeStyles({
  field: { padding: `${tokens.spacingVerticalM} ${tokens.spacingHorizontalL}`, position: "relative" },
  box: { width: "100%", maxWidth: "none", minHeight: "42px" },
  // Shown only when an answer keeps waiting: most come faster than an eye sees.
  busy: {
    position: "absolute",
    insetInlineEnd: "56px",
    top: "23px",
    opacity: 0,
    animationName: { to: { opacity: 1 } },
    animationDelay: "400ms",
    animationDuration: "200ms",
    animationFillMode: "forwards",
  },
});

interface Props {
  readonly text: string;
  readonly searching: boolean;
  readonly box: RefObject<HTMLInputElement | null>;
  readonly onType: (text: string) => void;
  /** Enter: open the first result. */
  readonly onEnter: () => void;
  /** Arrow down: go to the results. */
  readonly onDown: () => void;
}

export function SearchField({ text, searching, box, onType, onEnter, onDown }: Props) {
  const styles = useStyles();
  const texts = useTexts();

  useEffect(() => {
    box.current?.focus();
  }, [box]);

  return (
    <div role="search" className={styles.field}>
      <SearchBox
        ref={box as Ref<never>} // Fluent's slot types lose the element here
        className={styles.box}
        size="large"
        appearance="outline"
        value={text}
        maxLength={MAX_TEXT}
        placeholder={texts.searchPlaceholder}
        aria-label={texts.search}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="search"
        dismiss={{ "aria-label": texts.clearSearch, title: texts.clearSearch, role: "button" }}
        onChange={(_event, data) => {
          onType(data.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") onEnter();
          if (event.key === "ArrowDown") {
            event.preventDefault();
            onDown();
          }
          if (event.key === "Escape" && text !== "") {
            event.stopPropagation();
            onType("");
          }
        }}
      />
      {searching && <Spinner size="tiny" className={styles.busy} aria-label={texts.searching} />}
    </div>
  );
}
