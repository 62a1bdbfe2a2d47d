import { describe, expect, test } from 'vitest';
import { documentSchemas } from '../../src/views/schemas.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = `version: 1
fleet: acme
backends: { local: { kind: otlp-file, path: spans.jsonl } }
notify: { ops: { kind: exec, argv: [cat] } }
agents:
  support: { traces: { backend: local, match: { service_name: support } }, budget: { steps_per_request: 2 } }
  calm: { traces: { backend: local, match: { service_name: calm } } }
`;

/** A request of three minutes ago that called a model three times. */
const looping = (): string => {
  const startMs = Date.now() - 180_000;
  const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const span = (no: number, operation: string) => ({
    traceId: 'ab'.repeat(16),
    spanId: String(no).padStart(16, '0'),
    ...(no === 1 ? {} : { parentSpanId: '1'.padStart(16, '0') }),
    name: operation,
    startTimeUnixNano: String(BigInt(startMs + no) * 1_000_000n),
    endTimeUnixNano: String(BigInt(startMs + 1000) * 1_000_000n),
    attributes: [attribute('gen_ai.operation.name', operation)],
  });
  const spans = [span(1, 'invoke_agent'), span(2, 'chat'), span(3, 'chat'), span(4, 'chat')];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: [attribute('service.name', 'support')] }, scopeSpans: [{ spans }] }] });
};

const open = () => {
  const folder = scratch({
    'agentops.yaml': manifest,
    'spans.jsonl': `${looping()}\n`,
    'rules.yaml':
      '- { rule: broken, type: per_trace, steps: 2, for: 1h }\n- { rule: broken-at-once, type: per_trace, steps: 2, agents: [support] }\n',
    'wrong.yaml': 'alerts:\n  - { rule: broken, type: agent_rad }\n  - { rule: late, type: error_rate, agents: [suport] }\n',
  });
  const env = { AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' };
  const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
  return { run, [Symbol.dispose]: () => folder[Symbol.dispose]() };
};

describe('agentops alerts', () => {
  test('are listed, explained, taken on and silenced, with what to type next', async () => {
    using fleet = open();
    const { run } = fleet;
    const before = await run('alerts', 'list');
    expect([before.status, before.stdout]).toEqual([0, expect.stringContaining('have never been evaluated')]);
    await run('tick');
    const listed = documentSchemas['alerts list'].parse(JSON.parse((await run('alerts', 'list', '--json')).stdout));
    expect(listed.alerts).toMatchObject([
      {
        rule: 'runaway',
        agent: 'support',
        label: 'steps',
        state: 'firing',
        severity: 'page',
        value: 3,
        threshold: 2,
        unit: 'steps',
        told: ['ops'],
      },
    ]);
    expect(listed.alerts[0]).toMatchObject({ trace_id: 'ab'.repeat(16), next: 'agentops runbook run runaway-loop --agent support' });
    const text = (await run('alerts', 'list')).stdout;
    expect(text).toMatch(/^✖ firing +runaway\/support\/steps/);
    const status = documentSchemas.status.parse(JSON.parse((await run('status', '--json')).stdout));
    expect(status.agents?.map(({ agent, state, reasons }) => [agent, state, reasons?.length])[0]).toEqual(['support', 'red', 1]);

    const acked = await run('alerts', 'ack', 'runaway/support/steps', '--note', 'looking', '--json');
    expect(documentSchemas['alerts ack'].parse(JSON.parse(acked.stdout)).alerts[0]?.acked).toMatchObject({
      actor: 'maria',
      note: 'looking',
    });
    expect((await run('alerts', 'ack', 'runaway/calm')).status).toBe(4);
    const silenced = await run('alerts', 'silence', 'runaway/support', '--for', '2h', '--reason', 'load test', '--json');
    const { begun, firing } = documentSchemas['alerts silence'].parse(JSON.parse(silenced.stdout));
    expect([begun, firing]).toEqual([
      expect.objectContaining({ rule: 'runaway', agent: 'support', actor: 'maria' }),
      ['runaway/support/steps'],
    ]);
    const id = begun?.id ?? '';
    expect((await run('__complete', 'alerts', 'silence', 'end', '')).stdout).toBe(`${id}\n`);
    expect((await run('__complete', 'alerts', 'ack', 'r')).stdout).toBe('runaway/support/steps\nrunaway\n');
    expect((await run('alerts', 'silence', 'end', id)).status).toBe(0);
    expect((await run('alerts', 'silence', 'list')).stdout).toBe('nothing is silenced\n');
    const shown = (await run('alerts', 'show', 'runaway/support/steps')).stdout;
    for (const words of ['firing', 'told', 'taken on', 'maria: looking']) expect(shown).toContain(words);
    const explained = (await run('alerts', 'explain', 'budget-day')).stdout;
    expect(explained).toContain('the manifest sets no budget.per_day for it');
    const audit = (await run('audit', 'log', '--json')).stdout;
    for (const kind of ['alert.ack', 'alert.silence', 'alert.unsilence']) expect(audit).toContain(kind);
  });

  test('are judged on request, by rules that are not in force too, and nothing is kept', async () => {
    using fleet = open();
    const { run } = fleet;
    expect((await run('alerts', 'check')).status).toBe(3);
    await run('sync');
    const judged = await run('alerts', 'check', '--rules', 'rules.yaml', '--json');
    const { firing, pending } = documentSchemas['alerts check'].parse(JSON.parse(judged.stdout));
    expect([judged.status, firing.map(({ rule }) => rule), pending.map(({ rule }) => rule)]).toEqual([1, ['broken-at-once'], ['broken']]);
    const github = (await run('alerts', 'check', '--output', 'github')).stdout;
    expect(github).toMatch(/^::error title=alert runaway\/support\/steps::/);
    expect(github.split('\n').filter((line) => line.startsWith('::error'))).toHaveLength(1);
    expect((await run('alerts', 'list', '--all')).stdout).toContain('no alert has ever fired');
    const wrong = await run('alerts', 'check', '--rules', 'wrong.yaml');
    expect([wrong.status, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/wrong\.yaml:2:\d+: alerts\[0\]\.type [\s\S]*wrong\.yaml:3:\d+: alerts\[1\]\.agents\[0\] /),
    ]);
  });

  test('are not silenced without an end, without a reason, by a wrong name, or all at once by mistake', async () => {
    using fleet = open();
    const said = async (...words: readonly string[]) => {
      const { status, stderr } = await fleet.run('alerts', 'silence', ...words);
      return `${status} ${stderr.split('\n')[0]}`;
    };
    expect(await said('runaway/support', '--reason', 'x')).toContain('2 error: a silence needs --for');
    expect(await said('runaway/support', '--for', '1h')).toContain('2 error: a silence needs --reason');
    expect(await said('runaway/support', '--for', '31d', '--reason', 'x')).toContain('2 error: --for is longer than 30 days');
    expect(await said('runawya', '--for', '1h', '--reason', 'x')).toContain('2 error: there is no alert rule "runawya"');
    expect(await said('--agent', 'sup', '--for', '1h', '--reason', 'x')).toContain('2 error: there is no agent "sup"');
    expect(await said('--for', '1h', '--reason', 'x')).toContain('2 error: a silence needs a rule or an agent');
    expect(await said('end')).toContain('2 error: silence end needs the id');
  });
});
