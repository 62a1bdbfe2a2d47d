import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { figuresManifest, fillFigures } from '../support/figures-fleet.ts';
import { runCli, scratch } from '../support/run-cli.ts';

let folder: ReturnType<typeof scratch>;
beforeAll(async () => {
  const peeking = '  idle: { owner: "@<b>idle</b>", traces:';
  folder = scratch({ 'agentops.yaml': figuresManifest.replace('  idle: { traces:', peeking) });
  await fillFigures(folder.path, Date.now() * 1000);
});
afterAll(() => folder[Symbol.dispose]());

const run = (...words: readonly string[]) => runCli(['report', ...words], { cwd: folder.path });

test('a page goes to stdout, whole and escaped', async () => {
  const { status, stdout, stderr } = await run();
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^<!doctype html>.*<\/html>\n$/s);
  expect(stdout).toContain('@&lt;b&gt;idle&lt;/b&gt;');
  expect(stdout).toContain('Agent by model and provider');
});

test.each([
  ['week.html', /^<!doctype html>/],
  ['week.md', /^# acme\n/],
  ['week.json', /^\{\n {2}"schema_version": "1"/],
])('--out %s is written in the format that it is named by, and nothing is printed', async (name, opening) => {
  const { status, stdout, stderr } = await run('--since', '7d', '--out', name);
  expect([status, stdout, stderr]).toEqual([0, '', `wrote ${name}\n`]);
  expect(readFileSync(join(folder.path, name), 'utf8')).toMatch(opening);
});

test('of one agent it says so; of none that there is, or of a file without a format, it is refused', async () => {
  expect((await run('--agent', 'support', '--output', 'markdown')).stdout).toMatch(/^# support of acme\n/);
  const unknown = await run('--agent', 'suport');
  expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean support?')]);
  const formless = await run('--out', 'week.pdf');
  expect([formless.status, formless.stderr]).toEqual([2, expect.stringContaining('report.html, report.md or report.json')]);
  expect((await run('--advice', 'perhaps')).status).toBe(2);
});

test('a fleet that nothing was ever seen of has a page as well', async () => {
  using empty = scratch({ 'agentops.yaml': figuresManifest });
  const { status, stdout } = await runCli(['report'], { cwd: empty.path });
  expect(status).toBe(0);
  expect(stdout).toContain('No request failed');
  expect(stdout).not.toMatch(/NaN|undefined|Infinity/);
});
