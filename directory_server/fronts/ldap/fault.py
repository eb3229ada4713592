"""Faults of this front itself, as they are logged."""

import logging
import traceback

_LOG = logging.getLogger(__name__)


def report(error: BaseException) -> None:
    """Log where it happened, not what: an exception's text may quote a contact."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    _LOG.error("LDAP request failed: %s in %s:%s", type(error).__name__, frame.filename, frame.lineno)
