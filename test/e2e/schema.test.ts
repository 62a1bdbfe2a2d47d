import { Validator } from '@cfworker/json-schema';
import { beforeAll, describe, expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { openPeer } from '../support/http-peer.ts';
import { type CliResult, runCli, scratch } from '../support/run-cli.ts';

const manifest = (url: string): string =>
  [
    'version: 1',
    'fleet: acme',
    'budget: { per_day: $10 }',
    'capture: io',
    'backends: { local: { kind: otlp-file, path: spans.jsonl } }',
    `judges: { strict: { endpoint: { protocol: openai-chat, url: "${url}/v1", model: m } } }`,
    `providers: { other: { probe: { protocol: openai-chat, url: "${url}/v1", model: m } } }`,
    'agents:',
    `  support: { fallback: [other], traces: { backend: local, match: { service_name: support } }, endpoint: { protocol: openai-chat, url: "${url}/v1", model: m }, checks: [ { id: c, input: hi, expect: [ { contains: pong }, { latency: 5s } ] }, { id: n, heartbeat: { every: 1d } } ], controls: { throttle: { via: flag-file, path: flags.json, flag: limit }, disable: { via: flag-file, path: flags.json, flag: open } } }`,
  ].join('\n');

const unasked = ['--yes', '--no-tick-check'];

/** How each command that has JSON is called here; the same words are what its document is called. */
const calls: Readonly<Record<string, readonly string[]>> = {
  health: ['health'],
  history: ['history', 'support'],
  beat: ['beat', 'support'],
  status: ['status'],
  cost: ['cost'],
  trend: ['trend'],
  report: ['report'],
  compare: ['compare', 'v1', 'v2'],
  traces: ['traces', 'list'],
  ingest: ['ingest', '-'],
  sync: ['sync'],
  'eval run': ['eval', 'run', 's.yaml'],
  'eval merge': ['eval', 'merge', 'cut'],
  'eval accept': ['eval', 'accept', 'first'],
  'eval runs': ['eval', 'runs'],
  'eval compare': ['eval', 'compare', 'first', 'second'],
  'eval explain': ['eval', 'explain', 'first'],
  'eval online': ['eval', 'online', '--suite', 's.yaml'],
  'eval import': ['eval', 'import', 'promptfoo', 'p.yaml', '--out', 'imported.yaml'],
  'eval calibrate': ['eval', 'calibrate', '--labels', 'labels.jsonl'],
  mark: ['mark', 'deploy', 'support', '--release', '2.4.1'],
  'incident open': ['incident', 'open', 'broken', '--agent', 'support', '--class', 'loop'],
  'incident list': ['incident', 'list', '--all'],
  'incident show': ['incident', 'show', 'inc-1'],
  'incident ack': ['incident', 'ack', '1'],
  'incident note': ['incident', 'note', 'inc-1', 'seen'],
  'incident resolve': ['incident', 'resolve', 'inc-1'],
  'incident timeline': ['incident', 'timeline', 'inc-1'],
  'incident postmortem': ['incident', 'postmortem', 'inc-1'],
  freeze: ['freeze', '--reason', 'move', '--for', '1h', '--all'],
  unfreeze: ['unfreeze'],
  tick: ['tick'],
  'export collector': ['export', 'collector'],
  'export github-actions': ['export', 'github-actions', '--source', 'acme/agentops@4f0c1c6e0f1d2b3a49586776a5b4c3d2e1f00912'],
  'export grafana': ['export', 'grafana'],
  'export hpa': ['export', 'hpa'],
  'export keda': ['export', 'keda'],
  'export prometheus': ['export', 'prometheus'],
  'schedule print': ['schedule', 'print'],
  'budget show': ['budget', 'show'],
  'alerts list': ['alerts', 'list', '--all'],
  'alerts show': ['alerts', 'show', 'budget-day/support/80%'],
  'alerts check': ['alerts', 'check'],
  'alerts explain': ['alerts', 'explain', 'down'],
  'alerts backtest': [
    'alerts',
    'backtest',
    '--since',
    '1d',
    '--against',
    'rules.yaml',
    '--incidents',
    'incidents.yaml',
    '--fail-if',
    'pages > 3',
  ],
  'alerts test': ['alerts', 'test', 'alert-tests.yaml'],
  'alerts silence': ['alerts', 'silence', 'cost/support', '--for', '1h', '--reason', 'load test'],
  'alerts routes': ['alerts', 'routes', 'test', '--category', 'cost'],
  'policy check': ['policy', 'check'],
  'providers status': ['providers', 'status'],
  'providers drill': ['providers', 'drill', '--yes'],
  'state show': ['state', 'show'],
  'scale show': ['scale', 'show'],
  'scale plan': ['scale', 'plan'],
  advise: ['advise'],
  'runbook list': ['runbook', 'list'],
  'runbook show': ['runbook', 'show', 'throttle'],
  'runbook lint': ['runbook', 'lint', 'throttle'],
  'runbook plan': ['runbook', 'plan', 'throttle', '--agent', 'support'],
  'runbook simulate': ['runbook', 'simulate', 'throttle', '--agent', 'support'],
  'runbook drill': ['runbook', 'drill', 'runaway-loop'],
  'runbook run': ['runbook', 'run', 'byhand.yaml', '--agent', 'support', ...unasked],
  'runbook resume': ['runbook', 'resume', '@run', '--done', 'look'],
  'runbook abort': ['runbook', 'abort', '@run', '--yes'],
  'runbook undo': ['runbook', 'undo', '@run', '--yes'],
  'runbook approve': ['runbook', 'approve', 'a'.repeat(64)],
  'runbook runs': ['runbook', 'runs'],
  'runbook expire': ['runbook', 'expire'],
  throttle: ['throttle', 'support', ...unasked],
  enable: ['enable', 'support', ...unasked],
  'mitigations list': ['mitigations', 'list'],
  'mitigations extend': ['mitigations', 'extend', '@run/throttle'],
  'mitigations revert': ['mitigations', 'revert', '@run/throttle', '--yes'],
  'locks list': ['locks', 'list'],
  'audit log': ['audit', 'log'],
  'audit verify': ['audit', 'verify'],
  db: ['db'],
  init: ['init', '--yes', '-m', 'new.yaml'],
  validate: ['validate'],
  doctor: ['doctor'],
  explain: ['explain', 'agents.checks'],
  demo: ['demo'],
};

const waiting = 'runbook run byhand.yaml --agent support --yes --no-tick-check';
const throttled = 'throttle support --yes --no-tick-check';

/** What must have been called before. */
const before: Readonly<Record<string, readonly string[]>> = {
  'state show': ['health'],
  'history support': ['health'],
  'eval merge cut': ['eval run s.yaml --run cut --shard 1/2', 'eval run s.yaml --run cut --shard 2/2'],
  'eval accept first': ['eval run s.yaml --run first'],
  'eval runs': ['eval run s.yaml --run first'],
  'eval compare first second': ['eval run s.yaml --run first', 'eval run s.yaml --run second'],
  'incident list --all': ['incident open broken --agent support'],
  'incident show inc-1': ['incident open broken --agent support', 'freeze --reason move --for 1h'],
  'incident ack 1': ['incident open broken --agent support'],
  'incident note inc-1 seen': ['incident open broken --agent support'],
  'incident resolve inc-1': ['incident open broken --agent support'],
  'incident timeline inc-1': ['incident open broken --agent support', 'incident ack 1'],
  'incident postmortem inc-1': ['incident open broken --agent support', 'incident ack 1'],
  unfreeze: ['freeze --reason move --for 1h'],
  'runbook resume @run --done look': [waiting],
  'runbook abort @run --yes': [waiting],
  'runbook undo @run --yes': [throttled],
  'runbook runs': [waiting, throttled],
  'mitigations list': [throttled],
  'mitigations extend @run/throttle': [throttled],
  'mitigations revert @run/throttle --yes': [throttled],
  'alerts check': ['health --due'],
  'alerts explain down': ['health --due'],
  'audit log': ['mark deploy support --release 2.4.1'],
  'audit verify': ['mark deploy support --release 2.4.1'],
  'eval explain first': ['eval run s.yaml --run first'],
};

const answer = JSON.stringify({ model: 'm', choices: [{ finish_reason: 'stop', message: { content: 'pong' } }], data: [{ id: 'm' }] });

const run = async (args: readonly string[]): Promise<CliResult> => {
  const peer = await openPeer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  });
  using folder = scratch({
    'agentops.yaml': manifest(peer.url),
    'flags.json': '{"flags":{}}',
    'rules.yaml': '- { rule: cost, type: cost_per_request }',
    'incidents.yaml': 'incidents: [ { id: a, agents: [support], from: { days_ago: 0, at: "00:00" } } ]',
    'alert-tests.yaml':
      'tests: [ { name: quiet, input: [ { agent: support, requests: 1x5 } ], alerts: [ { at: 5m, firing: [cost/support] } ] } ]',
    'byhand.yaml':
      'metadata: { name: byhand, class: loop, description: d }\nparams: { agent: { type: agent, description: d } }\nsteps: [ { throttle: { requests_per_minute: 5 }, ttl: 1h }, { id: look, manual: Look } ]',
    'labels.jsonl': '{"answer":"a","rubric":"r","label":"pass"}',
    's.yaml':
      'defaults: { expect: [ { outcome: ok } ] }\ncases: [ { id: a, input: hi, expect: [ { contains: pong } ] }, { id: b, input: ho, expect: [ { contains: ping } ] } ]',
    'p.yaml': 'prompts: ["{{q}}"]\nproviders: [echo]\ntests: [ { vars: { q: hi }, assert: [ { type: contains, value: pong } ] } ]',
  });
  for (const earlier of before[args.join(' ')] ?? []) await runCli(earlier.split(' '), { cwd: folder.path });
  const known = args.some((word) => word.includes('@run')) ? await newestRun(folder.path) : '';
  return await runCli([...args.map((word) => word.replace('@run', known)), '--json'], { cwd: folder.path });
};

/** The id of the newest run of a runbook. */
const newestRun = async (cwd: string): Promise<string> => {
  const { stdout } = await runCli(['runbook', 'runs', '--json'], { cwd });
  return (JSON.parse(stdout) as { runs: { run_id: string }[] }).runs[0]?.run_id ?? '';
};

const printed = async (...words: readonly string[]): Promise<Record<string, unknown>> => {
  using folder = scratch({});
  const { status, stdout, stderr } = await runCli(['schema', ...words], { cwd: folder.path });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Record<string, unknown>;
};

/** The schema with every map closed, so that a key that is not in the contract is seen. */
const closed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, closed(child)]));
  return 'properties' in inner ? { ...inner, additionalProperties: false } : inner;
};

const complaints = (schema: unknown, document: unknown) =>
  new Validator(closed(schema) as ConstructorParameters<typeof Validator>[0], '2020-12', false).validate(document).errors;

/**
 * Print JSON Schema, a line for whatever happens until it is stopped, what a person at a terminal said, a signature, a case of a kept trace, runs of which a person
 * types the name, the lock of a run that is at work, an alert that fires, a queue that is scaled, a second journal, and a channel that is tried: each has tests of its own.
 */
const others = [
  'alerts notify-test',
  'schema',
  'serve',
  'watch',
  'eval label',
  'audit anchor',
  'incident export-case',
  'kill',
  'disable',
  'rollback',
  'locks break',
  'alerts ack',
  'budget push',
  'scale apply',
  'scale simulate',
  'state migrate',
];

describe('the contract of JSON', () => {
  let commands: readonly string[];
  beforeAll(async () => {
    const all = await Promise.all(commandTable.map(async ({ name, load }) => ({ name, formats: (await load()).default.formats })));
    commands = all.filter(({ name, formats }) => formats.includes('json') && !others.includes(name)).map(({ name }) => name);
  });

  test('every command that has JSON is called here, and has a schema', () => {
    expect([...commands].sort()).toEqual(Object.keys(calls).sort());
  });

  test.each(Object.entries(calls))('%s prints what its schema says, and nothing else', async (name, args) => {
    const result = await run(args);
    expect(result.stdout, result.stderr).not.toBe('');
    expect(complaints(await printed('output', ...name.split(' ')), JSON.parse(result.stdout))).toEqual([]);
  });

  test('errors too', async () => {
    const { status, stdout, stderr } = await run(['health', 'nobody']);
    expect([status, stdout]).toEqual([2, '']);
    expect(complaints(await printed('output', 'error'), JSON.parse(stderr))).toEqual([]);
  });

  test('the metrics are listed, as text and as a document', async () => {
    expect(
      complaints(
        await import('zod').then(({ z }) => z.toJSONSchema(documentSchemas.metrics)),
        await printed('output', 'metrics', '--json'),
      ),
    ).toEqual([]);
    using folder = scratch({});
    expect((await runCli(['schema', 'output', 'metrics'], { cwd: folder.path })).stdout).toContain('agentops_agent_state  gauge  ');
  });
});

describe('agentops schema', () => {
  test('prints the schema of the manifest, with and without its name', async () => {
    const schema = await printed();
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'agentops.yaml' });
    expect(await printed('manifest')).toEqual(schema);
  });

  test('prints the schema of alert rules: a list of them, with or without its key', async () => {
    const schema = await printed('rules');
    const rules = [{ rule: 'dear', type: 'cost_per_request' }];
    const isValid = (file: unknown) => new Validator(schema as ConstructorParameters<typeof Validator>[0], '2020-12').validate(file).valid;
    expect([isValid(rules), isValid({ alerts: rules })]).toEqual([true, true]);
    expect(isValid([{ rule: 'dear', type: 'cost_per_wish' }])).toBe(false);
  });

  test.each([
    [['routes'], 'there is no schema of "routes" in this version'],
    [['output', 'helth'], 'no JSON document is called "helth"'],
    [['output'], 'output needs the name of a command'],
  ])('%j is refused, exit 2', async (words, message) => {
    using folder = scratch({});
    const { status, stderr } = await runCli(['schema', ...words], { cwd: folder.path });
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
