import type { Clock, Context } from '../../src/ground/runtime/context.ts';
import { noon } from './facts.ts';

export interface FakeClock extends Clock {
  /** Moves time by hand; may go back. */
  advance(ms: number): void;
  readonly slept: readonly number[];
}

/** A clock that stands still, but for sleeping: that takes no real time and moves it. */
export const fakeClock = (start = noon): FakeClock => {
  let now = start;
  let monotonic = 0;
  const slept: number[] = [];
  return {
    now: () => now,
    monotonic: () => monotonic,
    slept,
    advance: (ms) => {
      now += ms;
      monotonic += Math.max(0, ms);
    },
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
      now += ms;
      monotonic += ms;
    },
  };
};

/** The same numbers in every run: mulberry32. */
export const fakeRandom = (seed = 1): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A part that the test does not expect to be touched. */
const absent = <Part extends object>(what: string): Part =>
  new Proxy({} as Part, {
    get: (_, name) => () => {
      throw new Error(`this test has no ${what}, and ${String(name)} was called`);
    },
  });

/** A context in which nothing is real. Secrets are their own text, and every `s3cret` is masked. */
export const fakeContext = (parts: Partial<Context> = {}): Context => ({
  clock: fakeClock(),
  random: fakeRandom(),
  env: {},
  http: absent('network'),
  files: absent('files'),
  process: absent('processes'),
  secrets: { reveal: ({ secret }) => secret, mask: (text) => text.replaceAll('s3cret', '***') },
  sandbox: absent('sandbox'),
  cache: async () => absent('cache'),
  signal: new AbortController().signal,
  journal: () => Promise.reject(new Error('this test has no journal')),
  ...parts,
});
