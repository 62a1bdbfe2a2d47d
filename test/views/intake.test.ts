import { describe, expect, test } from 'vitest';
import { plainLook } from '../../src/ground/output/look.ts';
import { noReport } from '../../src/telemetry/traces/ingest-stream.ts';
import { type IngestReport, ingestFormats, renderIngestProgress } from '../../src/views/ingest.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { renderServeEvent, renderServeJson, type ServeEvent } from '../../src/views/serve.ts';
import { noon } from '../support/facts.ts';
import { hostileTexts } from '../support/hostile.ts';

const tally = { requests: 3, answers: { '200': 2, '400': 1 }, spans: 12, scores: 1, rejected: 2, beats: 1, waiting: 0 };

const eventsWith = (text: string): readonly ServeEvent[] => [
  { event: 'listening', url: 'http://127.0.0.1:4318', tokens: 1, isPrivate: false },
  { event: 'refused', path: `/beat/${text}`, status: 200, agent: text, rejected: 2, reason: text },
  { event: 'foreign', reason: text },
  { event: 'beat', agent: text, check: text, status: 'fail' },
  { event: 'trouble', message: text, hint: text },
  { event: 'received', tally },
  { event: 'stopped', tally },
];

const reportWith = (text: string): IngestReport => ({
  ...noReport,
  fleet: text,
  generatedAt: noon,
  files: [text],
  backend: text,
  tookMs: 1500,
  complete: false,
  requests: 2,
  unreadable: 1,
  trouble: text,
  added: 5,
  changed: 1,
  unchanged: 2,
  traces: 3,
  scores: 1,
  rejected: 4,
  reasons: [text],
  unpriced: [text, 'b', 'c', 'd', 'e', 'f'],
});

describe('the documents', () => {
  test.each(eventsWith('x').map((event) => [event.event, event] as const))(
    'of the event %s keep their shape, one line each',
    (_, event) => {
      const line = renderServeJson('acme', noon, event);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      const document = JSON.parse(line);
      expect(documentSchemas.serve.parse(document)).toEqual(document);
    },
  );

  test('of ingest keep theirs', () => {
    const document = JSON.parse(ingestFormats(reportWith('x')).json());
    expect(documentSchemas.ingest.parse(document)).toEqual(document);
    expect(document).toMatchObject({ spans: 8, new_traces: 3 });
  });
});

/** What a terminal, or a log of CI, would act on. */
const active = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/;

test.each(Object.entries(hostileTexts))('whatever a sender says is inert: %s', (_, text) => {
  for (const event of eventsWith(text)) {
    for (const line of renderServeEvent(plainLook, event)) expect(line).not.toMatch(/\n/);
    expect(renderServeEvent(plainLook, event).join('')).not.toMatch(active);
    expect(renderServeJson(text, noon, event).trimEnd()).not.toMatch(active);
  }
  const options = { look: plainLook, verbose: false, zone: 'UTC' };
  expect(ingestFormats(reportWith(text)).text(options)).not.toMatch(active);
  const progress = { file: text, readBytes: 50, size: 100, spans: 10, tookMs: 2000 };
  expect(renderIngestProgress(plainLook, progress)).not.toMatch(active);
});

test('progress tells how far it is, how fast, and how long it still takes', () => {
  const progress = { file: 'a.jsonl', readBytes: 25, size: 100, spans: 50_000, tookMs: 10_000 };
  expect(renderIngestProgress(plainLook, progress)).toBe('a.jsonl · 25 % · 50,000 spans · 5,000 a second · 30 s left');
  expect(renderIngestProgress(plainLook, { ...progress, size: null })).toBe('a.jsonl · 50,000 spans · 5,000 a second');
});
