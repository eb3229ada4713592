"""Microsoft's Adaptive Cards library (`adaptivecards`, npm) under Node: what it says about a card while parsing it."""

import json
import subprocess
from typing import Any

from tests.servers import agents_playground

SCRIPT = """
const AC = require('adaptivecards/dist/adaptivecards.js');
const findings = JSON.parse(require('fs').readFileSync(0, 'utf8')).map((source) => {
  const context = new AC.SerializationContext(AC.Versions.v1_5);
  const card = new AC.AdaptiveCard();
  card.parse(source, context);
  const said = [];
  for (let index = 0; index < context.eventCount; index++) said.push(context.getEventAt(index).message);
  for (const event of card.validateProperties().validationEvents) said.push(event.message);
  const back = card.toJSON();
  return { said, actions: (back.actions || []).map((action) => action.url), elements: card.getItemCount() };
});
console.log(JSON.stringify(findings));
"""


def parse(cards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return, for each card, `said` (warnings), `actions` (URLs) and `elements` (count) as the library read them."""
    agents_playground.install()
    done = subprocess.run(
        ["node", "-e", SCRIPT], input=json.dumps(cards), cwd=agents_playground.FOLDER, capture_output=True, check=True,
        text=True, timeout=50,
    )  # fmt: skip
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
