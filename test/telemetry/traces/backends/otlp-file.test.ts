import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import otlpFile from '../../../../src/telemetry/traces/backends/otlp-file.ts';
import { fits } from '../../../../src/telemetry/traces/file-pattern.ts';
import { otlpLines } from '../../../../src/telemetry/traces/otlp-lines.ts';
import type { Page } from '../../../../src/telemetry/traces/port.ts';
import { openWorld } from '../../../support/world.ts';

const never = new AbortController().signal;
const always = { fromUs: 0, toUs: 4e15 };

/** One export of one span, as a line. */
const line = (at: number): string => {
  const span = {
    traceId: (at + 1).toString(16).padStart(32, '0'),
    spanId: (at + 1).toString(16).padStart(16, '0'),
    name: `step ${at}`,
    startTimeUnixNano: '1795370651201000000',
    endTimeUnixNano: '1795370654870000000',
  };
  return `${JSON.stringify({ resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [span] }] }] })}\n`;
};
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, at) => line(from + at)).join('');

const open = (path = 'traces/*.jsonl') => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-otlp-'));
  const world = openWorld();
  onTestFinished(async () => {
    await world.http.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const put = (name: string, content: string | Uint8Array): string => {
    const full = join(folder, name);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
    return full;
  };
  const backend = otlpFile.open(otlpFile.config.parse({ kind: 'otlp-file', path: { secret: path, base: folder } }), world);
  let cursor: string | null = null;
  /** Numbers of the steps that came since the last time. */
  const news = async (from: string | null = cursor, window = always): Promise<number[]> => {
    const pages: Page[] = [];
    for await (const page of backend.pages(window, from, never)) pages.push(page);
    cursor = pages.at(-1)?.cursor ?? cursor;
    return pages.flatMap(({ spans }) => spans.map(({ name }) => Number(name.slice('step '.length))));
  };
  return { backend, folder, put, news };
};

describe('a folder of OTLP files', () => {
  it('is read once, and on from there', async () => {
    const { put, news } = open();
    const first = put('traces/a.jsonl', lines(0, 3));
    put('traces/b.jsonl', lines(3, 5));
    put('traces/other.txt', 'not ours');
    expect((await news()).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(await news()).toEqual([]);
    appendFileSync(first, lines(5, 7));
    expect(await news()).toEqual([5, 6]);
    put('traces/c.jsonl', lines(7, 8));
    expect(await news()).toEqual([7]);
  });

  it('takes a line when it is whole', async () => {
    const { put, news } = open();
    const text = line(1);
    const file = put('traces/a.jsonl', line(0) + text.slice(0, 50));
    expect(await news()).toEqual([0]);
    appendFileSync(file, text.slice(50, 120));
    expect(await news()).toEqual([]);
    appendFileSync(file, text.slice(120));
    expect(await news()).toEqual([1]);
  });

  it('takes a last line that nothing ends', async () => {
    const { put, news } = open();
    const file = put('traces/a.jsonl', lines(0, 2).trimEnd());
    expect(await news()).toEqual([0, 1]);
    appendFileSync(file, `\n${line(2)}`);
    expect(await news()).toEqual([2]);
  });

  it('follows files that are rotated, by any name', async () => {
    const { folder, put, news } = open('traces/*.jsonl*');
    const file = put('traces/a.jsonl', lines(0, 3));
    expect(await news()).toEqual([0, 1, 2]);
    appendFileSync(file, line(3));
    renameSync(file, join(folder, 'traces/a.jsonl.1'));
    put('traces/a.jsonl', lines(4, 6));
    expect((await news()).sort()).toEqual([3, 4, 5]);
    expect(await news()).toEqual([]);
  });

  it('begins anew with a file that was emptied and written again, shorter or longer', async () => {
    const { folder, put, news } = open();
    const file = put('traces/a.jsonl', lines(0, 3));
    await news();
    copyFileSync(file, join(folder, 'copy'));
    writeFileSync(file, line(3));
    expect(await news()).toEqual([3]);
    writeFileSync(file, lines(4, 10));
    expect(await news()).toEqual([4, 5, 6, 7, 8, 9]);
  });

  it('unpacks gzip, whole, and waits for one that is not whole yet', async () => {
    const { put, news } = open('traces/**/*.gz');
    const packed = gzipSync(lines(0, 50));
    put('traces/2026/11/a.jsonl.gz', packed);
    put('traces/b.gz', packed.subarray(0, packed.length - 20));
    expect(await news()).toHaveLength(50);
    expect(await news()).toEqual([]);
    put('traces/b.gz', gzipSync(lines(50, 52)));
    expect(await news()).toEqual([50, 51]);
  });

  it('passes over files that were not touched since the window began', async () => {
    const { put, news } = open();
    const old = put('traces/old.jsonl', lines(0, 3));
    utimesSync(old, 1000, 1000);
    put('traces/new.jsonl', line(3));
    expect(await news(null, { fromUs: 2_000_000_000, toUs: 4e15 })).toEqual([3]);
    appendFileSync(old, line(4));
    expect(await news()).toEqual([4]);
  });

  it('reads everything for a cursor that is none of its own', async () => {
    const { put, news } = open();
    put('traces/a.jsonl', lines(0, 2));
    for (const cursor of ['', 'zzz', '[]', '{"1:2":7}']) expect(await news(cursor)).toEqual([0, 1]);
  });

  it('passes over lines that are no OTLP, but not over a file of them', async () => {
    const { put, news } = open();
    put('traces/a.jsonl', `${line(0)}{"resourceSpans":[{"resou\n\n{"resourceMetrics":[]}\n${line(1)}`);
    expect(await news()).toEqual([0, 1]);
    put('traces/b.jsonl', 'level=info msg="hello"\nlevel=info msg="again"\n');
    await expect(news()).rejects.toMatchObject({ kind: 'unable', code: 'backend_malformed', message: expect.stringContaining('b.jsonl') });
  });

  it('is unable with a packed file that is none', async () => {
    const { put, news } = open('traces/*');
    put('traces/a', Buffer.from([0x1f, 0x8b, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]));
    await expect(news()).rejects.toMatchObject({ kind: 'unable', code: 'backend_malformed' });
  });

  it('reads files larger than a piece, in pages, and resumes at any of them', async () => {
    const { backend, put } = open();
    const count = 24_000;
    const file = put('traces/a.jsonl', lines(0, count));
    expect(statSync(file).size).toBeGreaterThan(6_000_000);
    const pages: Page[] = [];
    for await (const page of backend.pages(always, null, never)) pages.push(page);
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.reduce((sum, { spans }) => sum + spans.length, 0)).toBe(count);
    let rest = 0;
    for await (const page of backend.pages(always, pages[0]?.cursor ?? '', never)) rest += page.spans.length;
    expect(rest).toBe(count - (pages[0]?.spans.length ?? 0));
  });

  it('answers a ping by what fits', async () => {
    const { backend, put } = open();
    expect(await backend.ping(never)).toEqual({ state: 'failed', detail: 'no file fits traces/*.jsonl' });
    put('traces/a.jsonl', '');
    expect(await backend.ping(never)).toEqual({ state: 'ok', detail: '1 file fits traces/*.jsonl' });
  });

  it('takes what a recorded emitter sent', async () => {
    const { put, backend } = open();
    const request = readFileSync(new URL('../../../captures/otlp/genai-openai.traces.json', import.meta.url), 'utf8');
    put('traces/a.jsonl', `${JSON.stringify(JSON.parse(request))}\n`);
    const pages: Page[] = [];
    for await (const page of backend.pages(always, null, never)) pages.push(page);
    expect(pages.flatMap(({ spans }) => spans)).toHaveLength(6);
  });
});

describe('lines', () => {
  it('hold the same spans however the bytes are cut', () => {
    const bytes = Buffer.from(`${lines(0, 4)}\n \r\n${lines(4, 6)}`);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const names: string[] = [];
        let at = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
          const read = otlpLines(bytes.subarray(at, Math.max(at, cut)));
          names.push(...read.spans.map(({ name }) => name));
          at += read.taken;
        }
        expect(names).toEqual([0, 1, 2, 3, 4, 5].map((step) => `step ${step}`));
      }),
    );
  });
});

it.each([
  ['a.jsonl', '*.jsonl', true],
  ['a.json', '*.jsonl', false],
  ['a.jsonl.1', '*.jsonl*', true],
  ['.hidden', '*', false],
  ['.hidden', '.h*', true],
  ['ab', '?', false],
  ['ab', 'a?', true],
  ['aXbXc', 'a*b*c', true],
  ['aXbX', 'a*b*c', false],
  ['', '*', true],
  ['a+b', 'a+b', true],
])('%s fits %s: %s', (name, part, is) => expect(fits(name, part)).toBe(is));

it('matches a hostile pattern in no time', () => expect(fits('a'.repeat(20_000), `${'*a'.repeat(500)}b`)).toBe(false));
