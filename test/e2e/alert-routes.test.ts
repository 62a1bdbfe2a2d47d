import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { routeSchemas } from '../../src/views/route-schemas.ts';
import { openPeer, type Reply } from '../support/http-peer.ts';
import { json } from '../support/replies.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = (url: string): string => `
version: 1
fleet: acme
agents:
  support: { owner: cx, tier: 1, checks: [ { id: beat, heartbeat: { every: 1d } } ] }
notify:
  oncall: { kind: pagerduty, routing_key: "\${PAGERDUTY}", url: "${url}" }
  team: { kind: slack, url: "\${SLACK}" }
  log: { kind: exec, argv: [sh, -c, "cat >> told.jsonl"] }
routes:
  - { categories: [cost], during: { days: [mon, tue, wed, thu, fri], from: 08:00, to: 18:00, tz: Europe/Berlin }, to: [team, log], continue: true }
  - { owners: [cx], severity: page, to: [oncall], group: { by: [agent], wait: 30s } }
  - { rules: [quality], to: [] }
`;

const run = async (words: string, reply: Reply = json({}, 202)) => {
  const peer = await openPeer(reply);
  using folder = scratch({ 'agentops.yaml': manifest(peer.url) });
  const env = { PAGERDUTY: 'a-routing-key', SLACK: `${peer.url}/hook`, TZ: 'UTC' };
  const result = await runCli(words.split(' '), { cwd: folder.path, env });
  const told = words.includes(' log') ? readFileSync(join(folder.path, 'told.jsonl'), 'utf8') : '';
  return { ...result, told, received: peer.received };
};

describe('alerts routes test', () => {
  test('says whom an alert would reach at a moment, and why', async () => {
    const day = await run('alerts routes test --rule cost --agent support --at 2026-11-23T09:00:00Z');
    expect([day.status, day.stdout]).toEqual([
      0,
      [
        'cost on support, page, 2026-11-23 09:00 UTC: team, log and oncall',
        '  team (slack), as one message: rule=cost',
        '  log (exec), as one message: rule=cost',
        '  oncall (pagerduty), as one message: agent=support, the first waits 30 s',
        '',
        'routes[0]  fits: all alerts, about cost, mon tue wed thu fri 08:00 to 18:00 Europe/Berlin -> team and log, and goes on',
        'routes[1]  fits: page, owned by cx -> oncall',
        'routes[2]  all alerts, of rule quality -> nobody',
        '',
      ].join('\n'),
    ]);
    const night = await run('alerts routes test --rule cost --agent support --at 2026-11-28T02:00:00Z');
    expect(night.stdout).toContain('does not fit: it is for mon tue wed thu fri 08:00 to 18:00, and in Europe/Berlin it is sat 03:00');
    expect(night.stdout).toContain(': oncall\n');
    expect(night.received).toEqual([]);
  });

  test('finds where nobody would be told', async () => {
    const { status, stdout } = await run('alerts routes test --rule quality --agent support');
    expect([status, stdout.split('\n')[0]]).toEqual([1, expect.stringMatching(/^quality on support, notify, .*: nobody is told$/)]);
  });

  test('answers as its schema says, and so does the list', async () => {
    for (const words of ['alerts routes --json', 'alerts routes test --category safety --json']) {
      const { stdout } = await run(words);
      expect(routeSchemas['alerts routes'].strict().safeParse(JSON.parse(stdout)).error).toBeUndefined();
    }
  });

  test.each([
    ['alerts routes tset', 'alerts routes cannot "tset"'],
    ['alerts routes test', 'nothing says what the alert is about'],
    ['alerts routes test --rule cots', 'did you mean cost?'],
    ['alerts routes test --category cost --agent suport', 'did you mean support?'],
  ])('refuses %s', async (words, said) => {
    const { status, stderr } = await run(words);
    expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});

describe('alerts notify-test', () => {
  test('sends a real page and its end under one key', async () => {
    const { status, stdout, stderr, received } = await run('alerts notify-test oncall');
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^oncall \(pagerduty\) took it: a test alert begins, \d+ ms\noncall \(pagerduty\) took it: the test alert ends, \d+ ms\nkey test\/oncall\n$/,
      ),
    ]);
    expect(stderr).toContain('sending oncall a page and its end, as a test');
    expect(received.map(({ json: event }) => event)).toMatchObject([
      { event_action: 'trigger', dedup_key: 'acme/test/oncall', payload: { severity: 'critical' } },
      { event_action: 'resolve', dedup_key: 'acme/test/oncall' },
    ]);
  });

  test('says why a channel did not take it, without its secret, and ends nothing that did not begin', async () => {
    const { status, stdout, received } = await run('alerts notify-test oncall --json', json({ errors: ['bad key a-routing-key'] }, 400));
    expect(status).toBe(1);
    expect(stdout).not.toContain('a-routing-key');
    const document: unknown = JSON.parse(stdout);
    expect(routeSchemas['alerts notify-test'].strict().safeParse(document).error).toBeUndefined();
    expect(document).toMatchObject({
      taken: false,
      messages: [{ phase: 'begins', result: 'rejected', why: expect.stringContaining('HTTP 400') }],
    });
    expect(received).toHaveLength(1);
  });

  test('runs a program, and refuses a channel that is not there', async () => {
    const { told } = await run('alerts notify-test log');
    expect(
      told
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { data: { about: unknown } }).data.about),
    ).toMatchObject([
      { key: 'test/log', phase: 'begins' },
      { key: 'test/log', phase: 'ends' },
    ]);
    const stranger = await run('alerts notify-test onkall');
    expect([stranger.status, stranger.stderr]).toEqual([2, expect.stringContaining('did you mean oncall?')]);
  });
});
