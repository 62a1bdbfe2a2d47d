import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const heavy = [
  'undici',
  'zod',
  'yaml',
  'ora',
  '@inquirer/prompts',
  'better-sqlite3',
  'pg',
  'cli-table3',
  'simple-ascii-chart',
  'chalk',
  're2js',
  'croner',
];
const preload = pathToFileURL(resolve(import.meta.dirname, '../support/trace-imports.mjs')).href;

const librariesOf = async (
  args: readonly string[],
  heavy: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> => {
  using folder = scratch(files);
  const trace = join(folder.path, 'trace');
  const result = await runCli(args, { cwd: folder.path, env: { NODE_OPTIONS: `--import ${preload}`, TRACE_IMPORTS: trace } });
  expect(result.status).toBe(0);
  const loaded = readFileSync(trace, 'utf8');
  expect(loaded).toContain('/dist/cli/main.js');
  return heavy.filter((name) => loaded.includes(`/node_modules/${name}/`));
};

describe('what is typed all the time loads no library at all', () => {
  test.each([['--version'], ['--help'], ['help', 'exit-codes'], ['completion', 'bash'], ['__complete', 'he']])(
    'agentops %s %s',
    async (...args) => {
      expect(await librariesOf(args, ['commander', ...heavy])).toEqual([]);
    },
  );
});

describe('the help of a command loads no heavy library', () => {
  test.each(commandTable.map(({ name }) => [name]))('agentops %s --help', async (name) => {
    expect(await librariesOf([...name.split(' '), '--help'], heavy)).toEqual([]);
  });
});

describe('the public price list is loaded only for an answer that it could price', () => {
  const usage = { input_tokens: 10, output_tokens: 5 };
  const fleetThatSays = (answer: object) => `
version: 1
fleet: tiny
prices: { own: { input: 1, output: 2 } }
agents:
  teller:
    endpoint: { protocol: command, argv: [node, -e, ${JSON.stringify(`console.log(${JSON.stringify(JSON.stringify(answer))})`)}] }
    checks: [ { id: c, input: hi, expect: [ contains: hello ] } ]
`;
  test.each([
    ['tokens of a listed model', { text: 'hello', model: 'gpt-4o-mini', usage }, true],
    ['no tokens', { text: 'hello', model: 'gpt-4o-mini' }, false],
    ['what it cost', { text: 'hello', model: 'gpt-4o-mini', usage, cost_usd: 0.1 }, false],
    ['tokens of a model of the manifest', { text: 'hello', model: 'own', usage }, false],
  ])('an agent that tells %s', async (_, answer, isLoaded) => {
    const loaded = await librariesOf(['health'], ['@pydantic/genai-prices'], { 'agentops.yaml': fleetThatSays(answer) });
    expect(loaded.length > 0).toBe(isLoaded);
  });
});

describe('a status in text, with the manifest unchanged, loads what it shows and no more', () => {
  const fleet = 'version: 1\nfleet: tiny\nagents: { one: {} }\n';
  const spared = ['zod', 'yaml', 'chalk', 'croner', 'undici', 'pg'];
  const sparedFiles = [
    'postgres',
    'read-manifest',
    'rebuild-rollups',
    'collect-status',
    'status-metrics',
    'run-program',
    'csv',
    'markdown',
  ];
  test('once the snapshot is there', async () => {
    using folder = scratch({ 'agentops.yaml': fleet });
    await runCli(['status'], { cwd: folder.path });
    const trace = join(folder.path, 'trace');
    const result = await runCli(['status'], { cwd: folder.path, env: { NODE_OPTIONS: `--import ${preload}`, TRACE_IMPORTS: trace } });
    expect(result.status).toBe(0);
    const loaded = readFileSync(trace, 'utf8');
    expect(loaded).toContain('/dist/views/status-text.js');
    expect(spared.filter((name) => loaded.includes(`/node_modules/${name}/`))).toEqual([]);
    expect(sparedFiles.filter((name) => loaded.includes(`/${name}.js`))).toEqual([]);
  });
});
