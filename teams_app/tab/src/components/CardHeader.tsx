/** Who the card is about, and the two things one mostly wants. */
import { Button, makeStyles, Text, Title3, tokens } from "@fluentui/react-components";
import { CallRegular, MailRegular } from "@fluentui/react-icons";
import { mailLink, teamsCallLink } from "../call";
import type { Person } from "../protocol/person";
import { useTexts } from "./environment";
import { isCallable } from "./NumberLink";
import { useOutgoing } from "./outgoing";
import { nameOf, PersonAvatar } from "./PersonAvatar";

const useStyles = makeStyles({
  header: { display: "flex", gap: tokens.spacingHorizontalL, alignItems: "center" },
  text: { minWidth: 0, display: "flex", flexDirection: "column" },
  name: { margin: 0, overflowWrap: "anywhere", outlineStyle: "none" },
  line: { color: tokens.colorNeutralForeground2, overflowWrap: "anywhere" },
  actions: {
    display: "flex",
    flexWrap: "wrap",
    gap: tokens.spacingHorizontalS,
    marginTop: tokens.spacingVerticalL,
  },
  button: { minHeight: "40px" },
});

interface Props {
  readonly person: Person;
  readonly onCallFailure: () => void;
}

export function CardHeader({ person, onCallFailure }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  const outgoing = useOutgoing();
  const number = person.numbers.find(isCallable);
  const email = person.emails[0];
  const position = [person.jobTitle, person.department].filter((part) => part !== "").join(" · ");
  return (
    <header>
      <div className={styles.header}>
        <PersonAvatar person={person} size={72} />
        <div className={styles.text}>
          <Title3 as="h2" className={styles.name} tabIndex={-1} data-card-name>
            {nameOf(person, texts.unnamed)}
          </Title3>
          {position !== "" && <Text className={styles.line}>{position}</Text>}
          {person.company !== "" && person.company !== person.displayName && (
            <Text className={styles.line}>{person.company}</Text>
          )}
        </div>
      </div>
      <div className={styles.actions}>
        {number && (
          <Button
            as="a"
            appearance="primary"
            className={styles.button}
            icon={<CallRegular />}
            {...outgoing(teamsCallLink(number.e164), onCallFailure)}
          >
            {texts.callWithTeams}
          </Button>
        )}
        {email && (
          <Button as="a" className={styles.button} icon={<MailRegular />} {...outgoing(mailLink(email.address))}>
            {texts.sendMail}
          </Button>
        )}
      </div>
    </header>
  );
}
