import type { Turn } from '../../src/agents/protocols/port.ts';

/** A turn that went well and answered "ok"; what a test is about is given. */
export const turn = (parts: Partial<Turn> = {}): Turn => ({
  outcome: 'ok',
  cause: null,
  detail: '',
  httpStatus: 200,
  text: 'ok',
  structured: null,
  toolCalls: [],
  usage: null,
  costNanos: null,
  costSource: null,
  steps: null,
  stopReason: null,
  model: null,
  traceId: null,
  timings: { connectMs: 1, firstByteMs: 50, firstTokenMs: null, longestGapMs: null, totalMs: 100 },
  thread: null,
  retryAfterMs: null,
  certificateDays: null,
  card: null,
  ...parts,
});

/** Turns with nothing but a text. */
export const says = (text: string): Turn => turn({ text });

/** A turn that called these tools, each with its arguments. */
export const calls = (...toolCalls: readonly (readonly [name: string, args?: Turn['structured']])[]): Turn =>
  turn({ toolCalls: toolCalls.map(([name, args = {}], index) => ({ id: `call-${index}`, name, args })) });
