/** Search as you type: a short pause, one question at a time, and the last one asked wins. */
import type { Found } from "../protocol/directory";
import { asFailure, type Failure, isAbort } from "../protocol/failure";

export const PAUSE_MS = 50;

/** What the page shows; `found` answers `foundFor` and stays visible while the next answer is under way. */
export interface SearchState {
  readonly text: string;
  readonly searching: boolean;
  readonly found: Found | null;
  readonly foundFor: string;
  readonly failure: Failure | null;
}

export const NOTHING_ASKED: SearchState = {
  text: "",
  searching: false,
  found: null,
  foundFor: "",
  failure: null,
};

type Search = (text: string, signal: AbortSignal) => Promise<Found>;

export class Typeahead {
  readonly #search: Search;
  readonly #publish: (state: SearchState) => void;
  #state: SearchState = NOTHING_ASKED;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  /** `publish` receives every new state. */
  constructor(search: Search, publish: (state: SearchState) => void) {
    this.#search = search;
    this.#publish = publish;
  }

  /** Takes what is in the box now. */
  type(text: string): void {
    this.#stop();
    if (text.trim() === "") {
      this.#set({ ...NOTHING_ASKED, text });
      return;
    }
    if (text.trim() === this.#state.foundFor && this.#state.failure === null) {
      this.#set({ ...this.#state, text, searching: false }); // only blanks changed: the answer still holds
      return;
    }
    this.#set({ ...this.#state, text, searching: true });
    this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  /** Asks again at once, after a failure. */
  retry(): void {
    if (this.#state.text.trim() === "") return;
    this.#stop();
    this.#set({ ...this.#state, searching: true });
    void this.#ask();
  }

  /** Cancels what is under way. */
  #stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#running = undefined;
  }

  async #ask(): Promise<void> {
    const question = this.#state.text.trim();
    const running = new AbortController();
    this.#running = running;
    try {
      const found = await this.#search(question, running.signal);
      if (this.#running !== running) return; // a later question took over
      this.#set({ ...this.#state, searching: false, found, foundFor: question, failure: null });
    } catch (error) {
      if (this.#running !== running || isAbort(error)) return;
      this.#set({ ...this.#state, searching: false, found: null, foundFor: "", failure: asFailure(error) });
    }
  }

  #set(state: SearchState): void {
    this.#state = state;
    this.#publish(state);
  }
}
