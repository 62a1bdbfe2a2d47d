import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import command from '../../../../src/agents/protocols/kinds/command.ts';
import type { Ask } from '../../../../src/agents/protocols/port.ts';
import { openEndpoint } from '../../../support/spoken.ts';
import { ask, ref } from '../../../support/world.ts';

const sh = (script: string, ...rest: string[]) => ['/bin/sh', '-c', script, ...rest];
const turnOf = (endpoint: Record<string, unknown>, parts: Partial<Ask> = {}, signal = new AbortController().signal) =>
  openEndpoint(command, endpoint).turn(ask(parts), signal);

describe('the question', () => {
  it('arrives on the standard input', async () => {
    expect(await turnOf({ argv: ['/bin/cat'] }, { input: 'héllo\nthere' })).toMatchObject({ outcome: 'ok', text: 'héllo\nthere' });
  });

  it('arrives as the last argument, or where {{input}} stands', async () => {
    const show = sh('printf "%s|" "$@"', 'show');
    expect(await turnOf({ argv: show, input: 'arg' }, { input: '$(id) "x"' })).toMatchObject({ text: '$(id) "x"|' });
    expect(await turnOf({ argv: [...show, '{{input}}', 'end'], input: 'arg' }, { input: 'hi' })).toMatchObject({ text: 'hi|end|' });
  });

  it.each([
    { name: 'an option', input: '--delete-all', says: 'would be an option' },
    { name: 'a NUL', input: 'a\0b', says: 'NUL' },
    { name: 'a book', input: 'é'.repeat(70_000), says: 'use input: stdin' },
  ])('is not given as an argument where it is $name', async ({ input, says }) => {
    const turn = await turnOf({ argv: ['/bin/echo'], input: 'arg' }, { input });
    expect(turn).toMatchObject({ outcome: 'checker_error', cause: 'input not sent', text: '', detail: expect.stringContaining(says) });
  });

  it('may begin with a dash behind --', async () => {
    const argv = [...sh('printf "%s|" "$@"', 'show'), '--', '{{input}}'];
    expect(await turnOf({ argv, input: 'arg' }, { input: '-v' })).toMatchObject({ outcome: 'ok', text: '--|-v|' });
  });
});

describe('the answer', () => {
  it('is the output, or a JSON object that tells more', async () => {
    const told = {
      text: 'pong',
      tool_calls: [{ name: 'find', args: { q: 1 } }],
      usage: { input: 3, output: 2, cached: 1, reasoning: 0 },
      cost_usd: 0.001,
      steps: 4,
      stop_reason: 'end_turn',
      model: 'm',
      trace_id: 't',
    };
    expect(await turnOf({ argv: ['/bin/echo', JSON.stringify(told)] })).toMatchObject({
      outcome: 'ok',
      text: 'pong',
      toolCalls: [{ id: null, name: 'find', args: { q: 1 } }],
      usage: { input: 3, output: 2, cachedRead: 1, cachedWrite: null, reasoning: 0 },
      costNanos: 1_000_000,
      steps: 4,
      stopReason: 'end_turn',
      model: 'm',
      traceId: 't',
    });
  });

  it('is taken as it is where the JSON has no text', async () => {
    expect(await turnOf({ argv: ['/bin/echo', '{"a":1}'] })).toMatchObject({
      outcome: 'ok',
      text: '{"a":1}',
      usage: null,
      costNanos: null,
    });
  });

  it.each([
    { told: { text: 'x', outcome: 'refused' }, want: { outcome: 'refused', text: 'x' } },
    { told: { text: 'x', outcome: 'splendid' }, want: { outcome: 'malformed', cause: 'unknown outcome' } },
    { told: { text: 'x', outcome: 'toString' }, want: { outcome: 'malformed' } },
    { told: { text: 'x', stop_reason: 'max_tokens' }, want: { outcome: 'truncated', text: 'x' } },
  ])('may judge itself: $told', async ({ told, want }) => {
    expect(await turnOf({ argv: ['/bin/echo', JSON.stringify(told)] })).toMatchObject(want);
  });
});

describe('how it ends', () => {
  it.each([
    { name: 'exit 0 without a word', argv: ['/bin/true'], want: { outcome: 'malformed', cause: 'empty output' } },
    {
      name: 'another exit',
      argv: sh('echo half; echo "no luck" >&2; exit 7'),
      want: { outcome: 'agent_error', cause: 'exit 7', text: 'half' },
    },
    { name: 'a signal', argv: sh('kill -SEGV $$'), want: { outcome: 'agent_error', cause: 'SIGSEGV' } },
    { name: 'no such program', argv: ['/no/such/agent'], want: { outcome: 'unreachable', cause: 'no such program', httpStatus: null } },
    { name: 'too many words', argv: ['/usr/bin/yes'], want: { outcome: 'malformed', cause: 'too large' } },
  ])('$name', async ({ argv, want }) => {
    const turn = await turnOf({ argv });
    expect(turn).toMatchObject(want);
    expect(turn.detail).toContain(argv[0]);
  });

  it('tells what the program complained of', async () => {
    expect((await turnOf({ argv: sh('echo "no luck" >&2; exit 7') })).detail).toContain('no luck');
  });

  it('with its time over', async () => {
    const limits = { connectMs: 50, firstByteMs: 50, stallMs: 50, totalMs: 150 };
    expect(await turnOf({ argv: sh('sleep 60') }, { limits })).toMatchObject({ outcome: 'timeout', cause: 'total timeout' });
  });

  it('when it is given up', async () => {
    expect(await turnOf({ argv: sh('sleep 60') }, {}, AbortSignal.timeout(100))).toMatchObject({
      outcome: 'checker_error',
      cause: 'aborted',
    });
  });
});

describe('a monitoring plugin', () => {
  it.each([
    [0, { outcome: 'ok', stopReason: 'ok' }],
    [1, { outcome: 'ok', stopReason: 'warning' }],
    [2, { outcome: 'agent_error', cause: 'critical', detail: expect.stringContaining('disk full') }],
    [3, { outcome: 'checker_error', cause: 'unknown' }],
    [42, { outcome: 'checker_error', cause: 'exit 42' }],
  ])('that ends with %i', async (code, want) => {
    expect(await turnOf({ argv: sh(`echo "disk full | free=0;1;2"; exit ${code}`), nagios: true })).toMatchObject({
      text: 'disk full | free=0;1;2',
      ...want,
    });
  });
});

describe('its world', () => {
  it('has the variables it was given, the trace context, and little else', async () => {
    const { text } = await turnOf({ argv: ['/usr/bin/env'], env: { TOKEN: ref('${AGENT_KEY}'), PATH: ref('/usr/bin') } });
    const names = text.split('\n').map((line) => line.split('=')[0]);
    expect(text).toContain('TOKEN=sk-test-0123456789abcdef');
    expect(text).toContain('PATH=/usr/bin\n');
    expect(text).toContain('TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    const known = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TRACEPARENT', 'AGENTOPS_SYNTHETIC', 'TOKEN'];
    expect(names.filter((name) => name !== undefined && !known.includes(name))).toEqual([]);
  });

  it('has the folder it was given', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'agentops-command-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    expect((await turnOf({ argv: ['/bin/pwd'], cwd: folder })).text).toContain(folder);
  });

  it('is probed without running anything', async () => {
    const probe = (program: string) => openEndpoint(command, { argv: [program] }).probe(ask(), new AbortController().signal);
    expect(await probe('sh')).toMatchObject({ outcome: 'ok', card: {} });
    expect(await probe('/no/such/agent')).toMatchObject({ outcome: 'unreachable', cause: 'no such program' });
  });

  it.each([
    { argv: [] },
    { argv: [''] },
    { argv: ['a', '{{input}}'] },
    { argv: ['a', '{{input}}', '{{input}}'], input: 'arg' },
    { argv: ['a'], env: { 'A B': ref('x') } },
  ])('is refused as %j', (parts) => {
    expect(command.config.safeParse({ protocol: 'command', ...parts }).success).toBe(false);
  });
});
