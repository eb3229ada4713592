/** How search and card share the page. */

/** From this width in pixels on, list and card stand side by side. */
export const WIDE_PX = 800;
/** At most this many persons are asked for. */
export const LIMIT = 30;
