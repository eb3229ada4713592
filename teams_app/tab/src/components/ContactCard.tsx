/** Everything the viewer may see of a person, every field with its source. */
import { Button, Link, makeStyles, MessageBar, MessageBarBody, tokens } from "@fluentui/react-components";
import {
  DatabaseRegular,
  DialpadRegular,
  GlobeRegular,
  LocationRegular,
  MailRegular,
  NoteRegular,
  TagRegular,
} from "@fluentui/react-icons";
import { mailLink, telLink, webLink } from "../call";
import { dateText } from "../i18n/locale";
import type { Person, PhoneNumber, PostalAddress } from "../protocol/person";
import { CardField, CardSection } from "./CardField";
import { CardHeader } from "./CardHeader";
import { CardNumber } from "./CardNumber";
import { useEnvironment, useTexts } from "./environment";
import { isCallable } from "./NumberLink";
import { useOutgoing } from "./outgoing";

const useStyles = makeStyles({
  card: { display: "flex", flexDirection: "column", gap: tokens.spacingVerticalXXS },
  dial: { minWidth: "40px", width: "40px", height: "40px" },
  note: { marginTop: tokens.spacingVerticalS },
});

interface Props {
  readonly person: Person;
  /** A remark on how fresh the card is, or empty. */
  readonly remark: string;
  readonly onCallFailure: () => void;
}

export function ContactCard({ person, remark, onCallFailure }: Props) {
  const styles = useStyles();
  const texts = useTexts();
  const outgoing = useOutgoing();
  return (
    <article className={styles.card}>
      <CardHeader person={person} onCallFailure={onCallFailure} />
      {remark !== "" && (
        <MessageBar intent="warning" className={styles.note}>
          <MessageBarBody>{remark}</MessageBarBody>
        </MessageBar>
      )}
      {person.numbers.length > 0 && (
        <CardSection title={texts.numbers}>
          {person.numbers.map((number, index) => (
            <CardNumber
              key={index}
              number={number}
              onCallFailure={onCallFailure}
              actions={<DialButton number={number} />}
            />
          ))}
        </CardSection>
      )}
      {person.emails.length > 0 && (
        <CardSection title={texts.emails}>
          {person.emails.map((email, index) => (
            <CardField
              key={index}
              icon={<MailRegular />}
              copy={email.address}
              kind={texts.placeKinds[email.kind] ?? ""}
              source={email.source}
            >
              <Link {...outgoing(mailLink(email.address))}>{email.address}</Link>
            </CardField>
          ))}
        </CardSection>
      )}
      {person.addresses.length > 0 && (
        <CardSection title={texts.addresses}>
          {person.addresses.map((address, index) => (
            <CardField
              key={index}
              icon={<LocationRegular />}
              copy={postal(address)}
              kind={texts.placeKinds[address.kind] ?? ""}
              source={address.source}
            >
              {postal(address)}
            </CardField>
          ))}
        </CardSection>
      )}
      <MoreFields person={person} />
    </article>
  );
}

function MoreFields({ person }: { person: Person }) {
  const texts = useTexts();
  const outgoing = useOutgoing();
  return (
    <>
      {person.notes.length > 0 && (
        <CardSection title={texts.notes}>
          {person.notes.map((note, index) => (
            <CardField key={index} icon={<NoteRegular />} copy={note.text} source={note.source}>
              {note.text}
            </CardField>
          ))}
        </CardSection>
      )}
      {person.urls.length > 0 && (
        <CardSection title={texts.web}>
          {person.urls.map((url) => {
            const href = webLink(url);
            return (
              <CardField key={url} icon={<GlobeRegular />} copy={url}>
                {href === null ? url : <Link {...outgoing(href)}>{url}</Link>}
              </CardField>
            );
          })}
        </CardSection>
      )}
      {person.categories.length > 0 && (
        <CardSection title={texts.categories}>
          <CardField icon={<TagRegular />}>{person.categories.join(", ")}</CardField>
        </CardSection>
      )}
      <CardSection title={texts.sources}>
        {person.contacts.map((contact) => (
          <CardField
            key={contact.id}
            icon={<DatabaseRegular />}
            kind={texts.sourceRecord(contact.key, contact.changed ? dateText(texts, contact.changed) : "")}
          >
            {contact.source}
          </CardField>
        ))}
      </CardSection>
    </>
  );
}

/** On a phone outside Teams: the device's own dialler. */
function DialButton({ number }: { number: PhoneNumber }) {
  const styles = useStyles();
  const { dials, texts } = useEnvironment();
  if (!dials || !isCallable(number)) return null;
  return (
    <Button
      as="a"
      href={telLink(number.e164)}
      appearance="subtle"
      className={styles.dial}
      icon={<DialpadRegular />}
      aria-label={texts.dial}
      title={texts.dial}
    />
  );
}

function postal(address: PostalAddress): string {
  const town = [address.postalCode, address.city].filter((part) => part !== "").join(" ");
  return [address.street, town, address.region, address.country].filter((part) => part !== "").join("\n");
}
