"""Every text a Teams user reads from bot, extension and cards, in German and English."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language; `{…}` parts are filled in with `format`."""

    help: str
    hint: str
    nothing: str
    too_long: str
    unknown_user: str
    gone: str
    found: str
    found_more: str
    cut: str
    email: str
    address: str
    note: str
    sources: str
    chat: str
    open_tab: str
    numbers: Mapping[str, str]
    unanswered: Mapping[str, str]
    failed: str


ENGLISH = Texts(
    help=(
        "I find your company's contacts. Write a name, a company, a number or any word: **müller acme**, "
        "**find 089 12345**. Every word must match; **-word** excludes. I answer with the contact and a link for each "
        "number that calls with Teams. In a chat, use the app below the message box to insert a contact. "
        "An administrator must have connected your company's directory once."
    ),
    hint="Type a name, a company, a number or any word.",
    nothing="Nothing found. If you expected contacts, open the app's tab once today: it tells your groups.",
    too_long="That is too long to search for. Use at most {limit} characters.",
    unknown_user="Microsoft Teams did not say who you are, so the directory cannot be asked.",
    gone="This contact is no longer in the directory.",
    found="{count} contacts",
    found_more="The first {count} contacts; add a word to see fewer",
    cut="Not everything fits here; the tab shows the whole contact.",
    email="E-mail",
    address="Address",
    note="Note",
    sources="Source: {names}",
    chat="Chat",
    open_tab="Open in the tab",
    numbers={
        "work": "Work",
        "mobile": "Mobile",
        "main": "Main",
        "home": "Home",
        "assistant": "Assistant",
        "ip": "IP",
        "pager": "Pager",
        "fax": "Fax",
        "other": "Number",
    },
    unanswered={
        "no_directory": (
            "Your company's contact directory is not connected at the moment. Please try again in a few minutes; "
            "if it stays so, tell your administrator."
        ),
        "relay_unreachable": "The way to your company's directory is interrupted. Please try again in a few minutes.",
        "busy": "The directory has too much to do right now. Please try again in a moment.",
        "too_slow": "The directory did not answer in time. Please try again.",
        "line_lost": "The connection to the directory broke. Please try again.",
        "not_trusted": (
            "Your company's directory could not prove that it is the right one. Please tell your administrator."
        ),
        "service_off": "Your company answers contact searches only in the app's tab.",
        "clock_wrong": "The clock of your company's directory is wrong. Please tell your administrator.",
        "refused": "The directory refused the search. Open the app's tab once, then try again.",
    },
    failed="Something went wrong on our side. Please try again.",
)

GERMAN = Texts(
    help=(
        "Ich finde die Kontakte Ihrer Firma. Schreiben Sie einen Namen, eine Firma, eine Nummer oder irgendein Wort: "
        "**müller acme**, **suche 089 12345**. Jedes Wort muss passen; **-wort** schließt aus. Ich antworte mit dem "
        "Kontakt und je Nummer einem Link, der mit Teams anruft. In einem Chat fügen Sie einen Kontakt mit der App "
        "unter dem Nachrichtenfeld ein. Eine Administratorin oder ein Administrator muss das Verzeichnis Ihrer Firma "
        "einmal verbunden haben."
    ),
    hint="Tippen Sie einen Namen, eine Firma, eine Nummer oder irgendein Wort.",
    nothing=(
        "Nichts gefunden. Wenn Sie Kontakte erwartet haben, öffnen Sie heute einmal den Tab der App: Er nennt dem "
        "Verzeichnis Ihre Gruppen."
    ),
    too_long="Das ist zu lang für eine Suche. Höchstens {limit} Zeichen, bitte.",
    unknown_user="Microsoft Teams hat nicht gesagt, wer Sie sind; das Verzeichnis kann so nicht gefragt werden.",
    gone="Diesen Kontakt gibt es im Verzeichnis nicht mehr.",
    found="{count} Kontakte",
    found_more="Die ersten {count} Kontakte; ein weiteres Wort grenzt ein",
    cut="Hier passt nicht alles hinein; der Tab zeigt den ganzen Kontakt.",
    email="E-Mail",
    address="Adresse",
    note="Notiz",
    sources="Quelle: {names}",
    chat="Chat",
    open_tab="Im Tab öffnen",
    numbers={
        "work": "Büro",
        "mobile": "Mobil",
        "main": "Zentrale",
        "home": "Privat",
        "assistant": "Assistenz",
        "ip": "IP",
        "pager": "Pager",
        "fax": "Fax",
        "other": "Nummer",
    },
    unanswered={
        "no_directory": (
            "Das Kontaktverzeichnis Ihrer Firma ist gerade nicht verbunden. Bitte versuchen Sie es in ein paar Minuten "
            "noch einmal; bleibt es so, sagen Sie Ihrer Administration Bescheid."
        ),
        "relay_unreachable": (
            "Der Weg zum Verzeichnis Ihrer Firma ist unterbrochen. Bitte versuchen Sie es in ein paar Minuten erneut."
        ),
        "busy": "Das Verzeichnis hat gerade zu viel zu tun. Bitte versuchen Sie es gleich noch einmal.",
        "too_slow": "Das Verzeichnis hat nicht rechtzeitig geantwortet. Bitte versuchen Sie es noch einmal.",
        "line_lost": "Die Verbindung zum Verzeichnis ist abgerissen. Bitte versuchen Sie es noch einmal.",
        "not_trusted": (
            "Das Verzeichnis Ihrer Firma konnte nicht beweisen, dass es das richtige ist. Bitte sagen Sie Ihrer "
            "Administration Bescheid."
        ),
        "service_off": "Ihre Firma beantwortet Kontaktsuchen nur im Tab der App.",
        "clock_wrong": "Die Uhr des Verzeichnisses geht falsch. Bitte sagen Sie der Administration Bescheid.",
        "refused": "Das Verzeichnis hat die Suche abgelehnt. Öffnen Sie den Tab der App und suchen Sie erneut.",
    },
    failed="Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal.",
)


def for_locale(locale: str) -> Texts:
    """Return the texts of a Teams locale like `de-DE`; English for every language we do not have."""
    return GERMAN if locale.lower().split("-")[0] == "de" else ENGLISH
