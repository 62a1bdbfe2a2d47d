import type { Http, HttpHead } from '../../src/ground/runtime/context.ts';

/** An `Http` without a network: every request gets this head and these pieces of a body, whole and at once. */
export const cannedHttp = (head: HttpHead, pieces: readonly Uint8Array[]): Http => ({
  send: async (_request, sink) => {
    sink.head?.(head);
    for (const piece of pieces) if (sink.data(piece) === 'stop') break;
    return {
      head,
      failure: null,
      timings: { connectMs: 0, firstByteMs: 0, longestGapMs: 0, totalMs: 0 },
      certificateDays: null,
    };
  },
});

/** The bytes of a text, cut before each of the given offsets. */
export const cutAt = (text: string, offsets: readonly number[]): readonly Uint8Array[] => {
  const bytes = new TextEncoder().encode(text);
  const cuts = [0, ...new Set(offsets.map((offset) => offset % (bytes.length + 1))), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((cut, at) => bytes.subarray(cuts[at], cut));
};
