import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { recordedExport } from '../support/otlp-capture.ts';
import { openManifest } from '../support/receiver.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const genai = recordedExport('genai-openai.traces.json').body;
const other = recordedExport('openinference-openai.traces.json').body;
const lineOf = (body: Buffer): string => JSON.stringify(JSON.parse(body.toString()));

const place = (files: Readonly<Record<string, string | Buffer>> = {}) => {
  const folder = scratch({ 'agentops.yaml': openManifest });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder.path, name), bytes);
  return folder;
};
const ingestJson = async (cwd: string, args: readonly string[], input?: string) => {
  const { status, stdout, stderr } = await runCli(['ingest', '--json', ...args], { cwd, ...(input === undefined ? {} : { input }) });
  return { status, stderr, answer: stdout === '' ? null : JSON.parse(stdout) };
};

describe('agentops ingest', () => {
  test('takes lines, a document, protobuf, gzip and standard input: all of them the same spans', async () => {
    const proto = recordedExport('genai-openai.traces.protobuf.wire.json').body;
    using folder = place({
      'a.jsonl': `${lineOf(genai)}\n${lineOf(other)}\n`,
      'b.json': genai,
      'c.bin': proto,
      'c.bin.gz': gzipSync(proto),
      'd.jsonl.gz': gzipSync(`${lineOf(genai)}\n${lineOf(other)}\n`),
    });
    const first = await ingestJson(folder.path, ['a.jsonl']);
    expect(first).toMatchObject({
      status: 0,
      answer: { fleet: 'tiny', backend: 'local', changed: 0, unchanged: 0, rejected: 0, complete: true },
    });
    const { added } = first.answer;
    expect(added).toBeGreaterThan(6);
    const again = await ingestJson(folder.path, ['b.json', 'd.jsonl.gz']);
    expect(again.answer).toMatchObject({ added: 0, changed: 0, new_traces: 0, unchanged: 6 + added });
    const binary = await ingestJson(folder.path, ['c.bin', 'c.bin.gz']);
    expect(binary.answer).toMatchObject({ added: 6, new_traces: 1, unchanged: 6 });
    const piped = await ingestJson(folder.path, ['-'], lineOf(genai));
    expect(piped.answer).toMatchObject({ added: 0, unchanged: 6 });
  });

  test('says in words what it took, what it left out and what it could not price', async () => {
    const unpriced = lineOf(genai).replaceAll('gpt-4o-mini-2024-07-18', 'our-own');
    const broken = lineOf(other).replace(/"spanId":"[0-9a-f]{16}"/, '"spanId":"abc"');
    using folder = place({ 'a.jsonl': `${unpriced}\n${broken}\n{"resourceSpans":[{"resou` });
    const { status, stdout } = await runCli(['ingest', 'a.jsonl'], { cwd: folder.path, env: { LANG: 'C.UTF-8' } });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^▲ \d+ spans of a.jsonl for local in /);
    expect(stdout).toContain('10 new · 2 new traces');
    expect(stdout).toContain('1 span left out: a span id is not 8 bytes');
    expect(stdout).toContain('1 request could not be read: request 3 is not JSON, or it was cut off');
    expect(stdout).toContain('cost unknown: openai/our-own');
  });

  test.each([
    ['text', 'hello\nworld\n'],
    ['JSON of something else', '{ "name": "x" }\n'],
    ['lines of something else', '{"a":1}\n{"b":2}\n'],
    ['an image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['packed noise', gzipSync('noise\n')],
    ['a packing of another kind', Buffer.from('28b52ffd04580100', 'hex')],
    ['half a packing', gzipSync(genai).subarray(0, 500)],
  ])('refuses %s', async (_, bytes) => {
    using folder = place({ file: bytes });
    const { status, stderr, answer } = await ingestJson(folder.path, ['file']);
    expect([status, answer]).toEqual([2, null]);
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { exit: 2, message: expect.stringContaining('file') },
    });
  });

  test('refuses a file that is not there, and a backend that nobody knows', async () => {
    using folder = place({ 'a.json': genai });
    expect((await ingestJson(folder.path, ['nope'])).stderr).toContain('there is no file nope');
    expect((await ingestJson(folder.path, ['.'])).status).toBe(2);
    const wrong = await ingestJson(folder.path, ['a.json', '--backend', 'locl']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean local?')]);
  });

  test('says so where the store is damaged', async () => {
    using folder = place({ 'a.json': genai });
    expect((await ingestJson(folder.path, ['a.json'])).status).toBe(0);
    writeFileSync(join(folder.path, '.agentops/cache.db'), 'not a database, but long enough to be looked at as one'.repeat(100));
    const { status, stderr } = await ingestJson(folder.path, ['a.json']);
    expect([status, stderr]).toEqual([3, expect.stringContaining('is damaged or is not a database')]);
  });

  test.skipIf(process.getuid?.() === 0)('says so where the store cannot be written', async () => {
    using folder = place({ 'a.json': genai });
    chmodSync(folder.path, 0o500);
    const { status } = await ingestJson(folder.path, ['a.json']);
    chmodSync(folder.path, 0o700);
    expect(status).toBe(3);
  });
});
