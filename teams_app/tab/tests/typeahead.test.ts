import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Found } from "../src/protocol/directory";
import { Failure } from "../src/protocol/failure";
import { PAUSE_MS, type SearchState, Typeahead } from "../src/search/typeahead";

interface Question {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly answer: (found: Found) => void;
  readonly fail: (error: unknown) => void;
}

const nobody: Found = { persons: [], more: false, sources: [] };
let questions: Question[];
let state: SearchState;
let typeahead: Typeahead;

beforeEach(() => {
  vi.useFakeTimers();
  questions = [];
  typeahead = new Typeahead(
    (text, signal) =>
      new Promise((answer, fail) => {
        questions.push({ text, signal, answer, fail });
      }),
    (next) => {
      state = next;
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
});

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

describe("search as you type", () => {
  it("asks once typing pauses, for what stands there then", async () => {
    typeahead.type("m");
    typeahead.type("mü");
    expect(PAUSE_MS).toBeLessThanOrEqual(60);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(questions.map((question) => question.text)).toEqual(["mü"]);
    questions[0]?.answer({ ...nobody, more: true });
    await settle();
    expect(state).toMatchObject({ searching: false, foundFor: "mü", found: { more: true } });
  });

  it("cancels the earlier question; its late answer changes nothing", async () => {
    typeahead.type("a");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    typeahead.type("ab");
    expect(questions[0]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    questions[1]?.answer(nobody);
    questions[0]?.answer({ ...nobody, more: true });
    await settle();
    expect(state).toMatchObject({ foundFor: "ab", found: { more: false } });
  });

  it("keeps the old answer in sight until the new one comes, and drops it when the box is emptied", async () => {
    typeahead.type("a");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    questions[0]?.answer(nobody);
    await settle();
    typeahead.type("ab");
    expect(state).toMatchObject({ searching: true, found: nobody, foundFor: "a" });
    typeahead.type("a ");
    expect(state).toMatchObject({ searching: false, found: nobody });
    typeahead.type("");
    expect(state).toMatchObject({ searching: false, found: null });
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    expect(questions).toHaveLength(1);
  });

  it("shows a failure by name, and finds again on retry", async () => {
    typeahead.type("a");
    await vi.advanceTimersByTimeAsync(PAUSE_MS);
    questions[0]?.fail(new Failure("no_directory"));
    await settle();
    expect(state.failure?.reason).toBe("no_directory");
    typeahead.retry();
    questions[1]?.answer(nobody);
    await settle();
    expect(state).toMatchObject({ failure: null, found: nobody });
  });
});
