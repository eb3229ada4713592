"""The protocol's name, and the labels that bind every key and signature to it."""

PROTOCOL = "contact-relay/1"
REQUEST_LABEL = b"contact-relay/1 req"
RESPONSE_LABEL = b"contact-relay/1 resp"
KEYS_LABEL = b"contact-relay/1 keys"
