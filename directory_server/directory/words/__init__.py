"""The vocabulary index: every expensive step works on the words in use, never on the contacts."""
