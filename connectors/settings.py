"""What a connector declares of its settings, so that forms, `source types` and checks are drawn from one place."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Root of each connector's settings.

    A field's `title` is its label, its `description` the help text; secrets are `pydantic.SecretStr`. Unknown keys
    are refused. Values arrive as text (`--set key=value`) and are parsed by pydantic.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
