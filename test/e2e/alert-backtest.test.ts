import { describe, expect, test } from 'vitest';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = [
  'version: 1',
  'fleet: acme',
  'backends: { prod: { kind: otlp } }',
  'notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }',
  'agents:',
  '  support:',
  '    traces: { backend: prod, match: { trace_name: support } }',
  '    sla: { error_rate: 5% }',
  '    budget: { per_hour: $1 }',
].join('\n');

const outage = [
  'tests:',
  '  - name: an outage pages once and ends',
  '    input:',
  '      - { agent: support, requests: 10x90, errors: 5x20 }',
  '    alerts:',
  '      - { at: 3m, pending: [errors/support], firing: [] }',
  '      - { at: 10m, firing: [errors/support] }',
  '      - { at: 80m, firing: [] }',
  '    notifications:',
  '      - { at: 6m, alert: errors/support, channels: [oncall] }',
  '      - { at: 75m, alert: errors/support, kind: resolve, channels: [oncall] }',
  '  - name: dear requests are told of, by what was usual for eight days',
  '    input:',
  '      - { agent: support, usual: { every: 2m, cost: $0.01 }, requests: 1x60, cost: $0.03x60 }',
  '    alerts: [{ at: 60m, firing: [budget-hour/support, cost/support] }]',
  '    routes: [{ rule: cost, agent: support, channels: [oncall] }]',
].join('\n');

describe('agentops alerts test', () => {
  const run = async (tests: string, ...args: readonly string[]) => {
    using folder = scratch({ 'agentops.yaml': manifest, 't.yaml': tests });
    return await runCli(['alerts', 'test', 't.yaml', ...args], { cwd: folder.path });
  };

  test('passes where rules and routes do what is expected', async () => {
    expect(await run(outage)).toMatchObject({ status: 0, stdout: '2 tests: all pass\n' });
  });

  test('tells what was expected and not seen', async () => {
    const { status, stdout } = await run(
      outage.replace('at: 6m, alert', 'at: 7m, alert').replace('firing: [] }', 'firing: [errors/support] }'),
    );
    expect(status).toBe(1);
    expect(stdout).toContain('after 3 m: expected firing errors/support, saw nothing');
    expect(stdout).toContain('expected the notification: 7 m fire errors/support to oncall');
    expect(stdout).toContain('did not expect the notification: 6 m fire errors/support to oncall');
    expect(stdout).toContain('2 tests: 1 failed');
  });

  test('refuses what it does not understand, each thing at its place, and tests nothing', async () => {
    const { status, stderr } = await run(outage.replace('10x90', '10y90').replace('alert: errors/support,', 'alert: erors/support,'));
    expect(status).toBe(2);
    expect(stderr).toContain('t.yaml:4:37: tests[0].input[0].requests cannot be read at "10y90"');
    expect(stderr).toContain('t.yaml:10:26: tests[0].notifications[0].alert names no rule (found "erors")');
    expect(stderr).toContain('did you mean "errors"?');
  });
});

describe('agentops alerts backtest', () => {
  const run = async (...args: readonly string[]) => {
    using folder = scratch({ 'agentops.yaml': manifest, 'labels.yaml': 'incidents: [{ id: a, agents: [suport], from: yesterday }]' });
    return await runCli(['alerts', 'backtest', ...args], { cwd: folder.path });
  };

  test('has no verdict where nothing is known of the past', async () => {
    const { status, stdout } = await run('--fail-if', 'pages > 3');
    expect(status).toBe(3);
    expect(stdout).toContain('too little to go by: no request and no check is known of that time');
  });

  test('has no verdict where no rule could be replayed, though a check has run', async () => {
    const checked = `${manifest}\n    endpoint: { protocol: http, url: "http://127.0.0.1:9/" }`;
    using folder = scratch({ 'agentops.yaml': checked });
    await runCli(['tick', '--only', 'checks'], { cwd: folder.path });
    const { status, stdout } = await runCli(['alerts', 'backtest'], { cwd: folder.path });
    expect([status, stdout]).toEqual([3, expect.stringContaining('too little to go by: no rule could be replayed')]);
  });

  test.each([
    ['--fail-if', 'beauty > 3', 'the figures are pages, pages_per_week'],
    ['--sweep', 'colour=red', 'for=5m,15m,30m'],
    ['--sweep', 'erors.for=5m', 'did you mean "errors"?'],
    ['--step', '7m', '1m, 5m, 15m'],
    ['--incidents', 'labels.yaml', 'labels.yaml:1:'],
  ])('refuses %s %s', async (flag, value, words) => {
    const { status, stderr } = await run(flag, value);
    expect(status).toBe(2);
    expect(stderr).toContain(words);
  });
});
