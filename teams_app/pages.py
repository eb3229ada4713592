"""The few pages the backend itself shows; the tab is a program of its own under `tab/`."""

TAB_ENTITY = "contacts"
"""The tab's entity id in the app package, which links to the tab name."""

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<body style="font-family: 'Segoe UI', system-ui, sans-serif; max-width: 42em; margin: 3em auto; padding: 0 1em">
<main><h1>{title}</h1>{text}</main></body></html>
"""

PRIVACY = _PAGE.format(
    title="Privacy",
    text="""
<p>Contactory shows contacts that your own company's directory server holds. This service and its relay keep no
contacts, no searches and no user data.</p>
<p>The tab seals each search in your browser for your company's directory; the relay passes it on and cannot read it.
Searches with the bot and the message extension reach this service through Microsoft Teams in clear text; it seals them
for your company's directory, keeps them in memory only while they are answered, and logs neither searches nor
contacts.</p>
<p>Your company decides which contacts you see and is the controller of that data. Ask its administrator for access,
correction or erasure.</p>""",
)
TERMS = _PAGE.format(
    title="Terms of use",
    text="""
<p>Contactory is provided to your company by the operator of this service under their agreement. Use the contacts it
shows only for your work, and as your company's rules allow.</p>""",
)
NOT_BUILT = _PAGE.format(
    title="The tab is not built",
    text="<p>Run <code>npm ci && npm run build</code> in <code>teams_app/tab</code>, then restart this service.</p>",
)
