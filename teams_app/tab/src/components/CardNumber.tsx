/** A number on a card: text, call link, copy button. */
import { Link } from "@fluentui/react-components";
import { CallRegular, PhoneRegular, PrintRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { teamsCallLink } from "../call";
import type { PhoneNumber } from "../protocol/person";
import { CardField } from "./CardField";
import { useTexts } from "./environment";
import { isCallable, shownNumber } from "./NumberLink";
import { useOutgoing } from "./outgoing";

interface Props {
  readonly number: PhoneNumber;
  readonly onCallFailure: () => void;
  readonly actions: ReactNode;
}

export function CardNumber({ number, onCallFailure, actions }: Props) {
  const texts = useTexts();
  const outgoing = useOutgoing();
  const shown = shownNumber(number);
  const kind = [texts.phoneKinds[number.kind] ?? "", number.label].filter((part) => part !== "").join(", ");
  return (
    <CardField
      icon={number.kind === "fax" ? <PrintRegular /> : number.kind === "mobile" ? <PhoneRegular /> : <CallRegular />}
      copy={number.e164 || number.raw}
      kind={kind}
      source={number.source}
      actions={actions}
    >
      {isCallable(number) ? (
        <Link {...outgoing(teamsCallLink(number.e164), onCallFailure)}>
          <span className="off-screen">{texts.callWithTeams}: </span>
          {shown}
        </Link>
      ) : (
        shown
      )}
    </CardField>
  );
}
