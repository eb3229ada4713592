/** A text with the searched parts marked. */
import { makeStyles, tokens } from "@fluentui/react-components";
import { highlight } from "../search/highlight";

const useStyles = makeStyles({
  mark: {
    backgroundColor: "transparent",
    color: tokens.colorBrandForeground1,
    fontWeight: tokens.fontWeightBold,
    "@media (forced-colors: active)": { color: "Highlight" },
  },
});

export function Highlighted({ text, query }: { text: string; query: string }) {
  const styles = useStyles();
  return highlight(text, query).map((part, index) =>
    part.marked ? (
      <mark key={index} className={styles.mark}>
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
