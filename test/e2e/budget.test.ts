import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { openPeer } from '../support/http-peer.ts';
import { liteLlmKey, liteLlmStub } from '../support/litellm-stub.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = (url: string): string => `version: 1
fleet: acme
connections: { gateway: { url: "${url}", read: "\${READ}", write: "\${WRITE}" } }
agents:
  support:
    endpoint: { protocol: command, argv: [cat] }
    budget: { per_day: $150 }
    controls: { throttle: { via: litellm, connection: gateway, key_alias: support, effect: 0s } }
  batch: { endpoint: { protocol: command, argv: [cat] }, budget: { per_day: $1 } }
`;

const open = async (period: string | null) => {
  const keys = [liteLlmKey('support', { budget_duration: period })];
  const stub = liteLlmStub({ clock: { now: () => Date.now() }, admin: 'sk-admin', viewer: 'sk-viewer', keys });
  const peer = await openPeer(stub.reply);
  const folder = scratch({ 'agentops.yaml': manifest(peer.url) });
  const env = { READ: 'sk-viewer', WRITE: 'sk-admin', AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' };
  return {
    stub,
    run: (...args: readonly string[]) => runCli(args, { cwd: folder.path, env }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
};

describe('agentops budget push', () => {
  test('writes the budget of a day into the gateway, by a plan that was confirmed, and takes it back', async () => {
    using fleet = await open('1d');
    const { run, stub } = fleet;
    expect((await run('policy', 'check', 'support')).stdout).toContain('agentops budget push support');
    const refused = await run('budget', 'push', 'support', '--max-parallel', '20');
    expect([refused.status, stub.effects]).toEqual([4, []]);
    expect(refused.stderr).toMatch(/max_budget +not set → 150/);
    const [, hash = ''] = /--confirm (\w+)/.exec(refused.stderr) ?? [];
    const pushed = await run('budget', 'push', 'support', '--max-parallel', '20', '--confirm', hash, '--json');
    expect([pushed.status, pushed.stderr]).toEqual([0, expect.any(String)]);
    const { run_id: id, mitigations } = documentSchemas['budget push'].parse(JSON.parse(pushed.stdout));
    expect(mitigations.map(({ to, expires_at }) => [to, expires_at])).toEqual([
      [{ max_budget: 150 }, null],
      [{ max_parallel_requests: 20 }, null],
    ]);
    expect(stub.key('support')).toMatchObject({ max_budget: 150, max_parallel_requests: 20, budget_duration: '1d' });
    expect((await run('policy', 'check', 'support', '--verbose')).stdout).toContain('its gateway holds a limit of its own');
    expect((await run('audit', 'log')).stdout).toContain('maria');
    expect((await run('runbook', 'undo', id, '--yes')).status).toBe(0);
    expect(stub.key('support')).toMatchObject({ max_budget: null, max_parallel_requests: null, budget_duration: '1d' });
  });

  test('is refused where the gateway counts dollars without end, or over another time', async () => {
    for (const [period, said] of [
      [null, 'is never reset'],
      ['30d', 'is reset every "30d"'],
    ] as const) {
      using fleet = await open(period);
      const refused = await fleet.run('budget', 'push', 'support', '--yes');
      expect([refused.status, fleet.stub.effects]).toEqual([2, []]);
      expect(refused.stderr).toContain(said);
    }
  });

  test('is refused where nothing could hold it, or nothing is to be held', async () => {
    using fleet = await open('1d');
    expect(await fleet.run('budget', 'push', 'batch')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('nothing in front of batch can hold its budget'),
    });
    expect(await fleet.run('budget', 'push', 'support', '--per', 'month')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('sets no budget.per_month'),
    });
  });
});

describe('agentops budget show', () => {
  test('shows each budget of agents and of the fleet, and what its stages call for', async () => {
    using folder = scratch({
      'agentops.yaml':
        'version: 1\nfleet: acme\nbudget: { per_day: $40 }\nbackends: { local: { kind: otlp } }\nagents:\n  support: { budget: { per_hour: $20, per_month: $500 } }\n  free: {}\n',
    });
    const env = { LANG: 'C.UTF-8' };
    const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
    const { stdout, status } = await run('budget', 'show', '--json');
    expect(status).toBe(0);
    const { budgets } = documentSchemas['budget show'].parse(JSON.parse(stdout));
    expect(budgets.map(({ agent, per, left_usd, forecast, rule }) => [agent, per, left_usd, forecast, rule])).toEqual([
      [null, 'day', 40, null, 'budget-day'],
      ['support', 'hour', 20, null, 'budget-hour'],
      ['support', 'month', 500, null, 'budget-month'],
    ]);
    const shown = (await run('budget', 'show')).stdout;
    expect(shown).toContain('no trace was read yet');
    expect(shown).toContain('no forecast of a month: 0 days known, and a forecast needs 3');
    expect((await run('budget', 'show', 'free')).stdout).toContain('sets no budget of an hour, a day or a month for free');
    expect((await run('budget', 'show', '@fleet')).stdout).not.toContain('support');
    const unknown = await run('budget', 'show', 'suport');
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('support')]);
  });
});
