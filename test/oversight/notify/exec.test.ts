import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import exec from '../../../src/oversight/notify/channels/exec.ts';
import { letterOf } from '../../support/messages.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openWorld, ref } from '../../support/world.ts';

const send = (argv: readonly [string, ...string[]], parts: { env?: Record<string, string>; timeout?: number; title?: string } = {}) => {
  const world = openWorld({ TOKEN: 's3cret-token' });
  onTestFinished(() => world.http.close());
  const env = Object.fromEntries(Object.entries(parts.env ?? {}).map(([name, value]) => [name, ref(value)]));
  const config = exec.config.parse({ kind: 'exec', argv, env, ...(parts.timeout === undefined ? {} : { timeout: `${parts.timeout}ms` }) });
  return exec.open(config, world).send(letterOf(parts.title === undefined ? {} : { title: parts.title }), new AbortController().signal);
};

describe('a program', () => {
  test('gets the message on its standard input, whatever it says, and only its own environment', async () => {
    const file = join(temporaryFolder(), 'got');
    const script = 'const f=require("fs");f.writeFileSync(process.argv[1],f.readFileSync(0)+JSON.stringify(process.env))';
    const title = '; rm -rf / $(id) --flag `id`\n"quoted"';
    expect(await send([process.execPath, '-e', script, file], { title, env: { OWN: '${TOKEN}' } })).toEqual({ result: 'sent', ref: null });
    const [message = '', env = ''] = readFileSync(file, 'utf8').split('\n');
    expect(JSON.parse(message)).toMatchObject({ data: { title: '; rm -rf / $(id) --flag `id` "quoted"', dedup_key: 'inc-1/open' } });
    const names = Object.keys(JSON.parse(env)).filter((name) => !['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'].includes(name));
    expect(names).toEqual(['OWN']);
  });

  test.each([
    [['/no/such/program'], 'there is no program /no/such/program'],
    [[process.execPath, '-e', 'console.error("no *** s3cret-token");process.exit(3)'], 'ended with exit code 3: no *** ***'],
    [[process.execPath, '-e', 'setTimeout(() => {}, 1e6)'], 'did not end within'],
    [[process.execPath, '-e', 'process.stdout.write("x".repeat(1e6))'], 'printed more than'],
  ])('that fails is tried again, and said why: %#', async (argv, why) => {
    const timeout = why.startsWith('did not') ? 300 : 10_000;
    const delivery = await send(argv as [string], { env: { TOKEN: '${TOKEN}' }, timeout });
    expect(delivery).toMatchObject({ result: 'retry', why: expect.stringContaining(why) });
  });
});
