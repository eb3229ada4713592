/** The labels that bind every key and signature to this protocol. */
import { utf8 } from "./bytes";

export const REQUEST_LABEL = utf8("contact-relay/1 req");
export const RESPONSE_LABEL = utf8("contact-relay/1 resp");
export const KEYS_LABEL = utf8("contact-relay/1 keys");
