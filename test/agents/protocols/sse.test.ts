import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkReader, ndjsonReader, type StreamEvent, sseReader } from '../../../src/agents/protocols/sse.ts';

const read = (open: (on: (event: StreamEvent) => void) => ChunkReader, pieces: readonly string[]): readonly StreamEvent[] => {
  const events: StreamEvent[] = [];
  const reader = open((event) => events.push(event));
  for (const piece of pieces) reader.feed(piece);
  reader.end();
  return events;
};

const splits = (text: string) =>
  fc.array(fc.nat(text.length)).map((cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), text.length];
    return places.slice(1).map((place, at) => text.slice(places[at], place));
  });

describe('server-sent events', () => {
  const text =
    ': hello\r\n\r\nevent: a\r\ndata: one\r\ndata: two\r\nid: 7\r\n\r\ndata:\r\n\r\nretry: 5\r\ndata: {"é": "😀"}\r\n\r\nevent: last\r\ndata: z';
  const events = [
    { event: 'a', data: 'one\ntwo' },
    { event: null, data: '' },
    { event: null, data: '{"é": "😀"}' },
    { event: 'last', data: 'z' },
  ];

  it.each([
    ['CRLF', text],
    ['LF', text.replaceAll('\r\n', '\n')],
    ['CR', text.replaceAll('\r\n', '\r')],
  ])('are the same however a stream with %s is cut', (_name, stream) => {
    fc.assert(
      fc.property(splits(stream), (pieces) => {
        expect(read(sseReader, pieces)).toEqual(events);
      }),
    );
  });

  it('come out of any text without an error', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (pieces) => {
        for (const { data } of read(sseReader, pieces)) expect(typeof data).toBe('string');
      }),
      { numRuns: 50 },
    );
  });
});

describe('JSON lines', () => {
  it('are the same however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.json()).chain((lines) => fc.tuple(fc.constant(lines), splits(lines.map((line) => `${line}\r\n`).join('\n')))),
        ([lines, pieces]) => {
          expect(read(ndjsonReader, pieces)).toEqual(lines.map((data) => ({ event: null, data })));
        },
      ),
    );
  });

  it('may lack the last line ending', () => {
    expect(read(ndjsonReader, ['{"a":1}\n{"b"', ':2}'])).toEqual([
      { event: null, data: '{"a":1}' },
      { event: null, data: '{"b":2}' },
    ]);
  });
});
