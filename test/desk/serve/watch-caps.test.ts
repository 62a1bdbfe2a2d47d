import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { freezeWrite, unfreezeWrite } from '../../../src/controls/actions/freezes.journal.ts';
import { dutyWrite } from '../../../src/controls/actions/mitigations.journal.ts';
import { digString } from '../../../src/ground/json.ts';
import type { Journal } from '../../../src/ground/store/port.ts';
import { readOpenAlerts } from '../../../src/oversight/alerts/alerts.journal.ts';
import { refold } from '../../../src/oversight/alerts/fold.ts';
import { readInputs } from '../../../src/oversight/alerts/inputs.journal.ts';
import { undelivered } from '../../../src/oversight/notify/outbox.journal.ts';
import { listIncidents } from '../../../src/response/incidents/incidents.journal.ts';
import type { ServeEvent } from '../../../src/views/serve.ts';
import { openPeer } from '../../support/http-peer.ts';
import { openReceiver, tokenManifest, tokens } from '../../support/receiver.ts';
import { json } from '../../support/replies.ts';

const capped = tokenManifest
  .replace('  weather:\n', '  weather:\n    budget: { steps_per_request: 3, tokens_per_request: 1k }\n')
  .replace('  billing:\n', '  billing:\n    budget: { steps_per_request: 8 }\n');
const trace = (digit: string) => digit.repeat(32);

/** Steps of one request as an exporter sends them: calls of a tool under a root that has not ended. */
const steps = (traceId: string, from: number, to: number, agent: string, tokensEach = 1) =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: agent } }] },
        scopeSpans: [
          {
            spans: Array.from({ length: to - from }, (_, at) => ({
              traceId,
              spanId: (from + at + 1).toString(16).padStart(16, '0'),
              parentSpanId: 'f'.repeat(16),
              name: 'chat model',
              startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
              endTimeUnixNano: String(BigInt(Date.now() + 5) * 1_000_000n),
              attributes: [
                { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
                { key: 'gen_ai.agent.name', value: { stringValue: agent } },
                { key: 'gen_ai.usage.input_tokens', value: { intValue: tokensEach } },
              ],
            })),
          },
        ],
      },
    ],
  });

const open = async (manifest = capped, files: Readonly<Record<string, string>> = {}) => {
  const receiver = await openReceiver({ manifest, env: tokens, files });
  const send = async (body: string, token: string | null) => {
    const headers = { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
    const { status } = await fetch(`${receiver.url}/v1/traces`, { method: 'POST', headers, body });
    return status;
  };
  const incidents = () => listIncidents(receiver.journal, { resolved: true, limit: 99 });
  return { ...receiver, send, incidents };
};

/** An agent with a loop of its own, and a runbook that closes it by itself. */
const closing = {
  'flags.json': '{"flags":{"open":{"state":"ENABLED","defaultVariant":"on","variants":{"on":true,"off":false}}}}',
  'runbooks/close.yaml': `metadata: { name: close, class: loop, description: Lets an agent take no new work. }
params: { agent: { type: agent, description: Which agent. } }
triggers: [ { alert: runaway, mode: auto } ]
guardrails: { runs_per_hour: 9, targets: 1, cooldown: 20m }
steps: [ { disable: {}, ttl: 1h } ]
`,
};
const closed = (manifest: string) =>
  `${manifest.replace('    budget: { steps_per_request: 3', '    controls: { disable: { via: flag-file, path: flags.json, flag: open, effect: 0s } }\n    budget: { steps_per_request: 3')}runbooks: [runbooks]\nnotify: { ops: { kind: webhook, url: "https://example.invalid/hook" } }\n`;

describe('a runbook that a runaway calls for', () => {
  const isOpen = (folder: string) => JSON.parse(readFileSync(join(folder, 'flags.json'), 'utf8')).flags.open.defaultVariant === 'on';
  const statuses = ({ events }: { events: readonly ServeEvent[] }) =>
    events.flatMap((event) => (event.event === 'run' ? [[event.status, event.why]] : []));
  const toldOf = async (journal: Journal) =>
    (await undelivered(journal, 0)).flatMap(({ message }) => (message.event === 'runbook.held' ? [message.title] : []));

  test('is held by a freeze, says why to people, and starts once the freeze is over, with nothing new having come', async () => {
    const receiver = await open(closed(capped), closing);
    const { send, journal, folder } = receiver;
    const now = Date.now();
    const freeze = { id: 'f1', agent: null, stopsSafety: false, reason: 'a launch', actor: 'maria', at: now, until: now + 3_600_000 };
    await journal.commit([freezeWrite(freeze), dutyWrite('expire', now)]);
    await send(steps(trace('a'), 0, 9, 'weather'), 'tok-weather');
    await vi.waitFor(() => expect(statuses(receiver)).toEqual([['held', expect.stringContaining('frozen by maria')]]), { timeout: 8000 });
    expect(await toldOf(journal)).toEqual([expect.stringContaining('did not start by itself: the fleet is frozen by maria')]);
    expect(isOpen(folder)).toBe(true);
    await journal.commit([unfreezeWrite('f1', Date.now())]);
    await vi.waitFor(() => expect(statuses(receiver).map(([status]) => status)).toEqual(['held', 'done']), { timeout: 25_000 });
    expect(isOpen(folder)).toBe(false);
    expect(await toldOf(journal)).toHaveLength(1);
  }, 40_000);

  test('is held by a guardrail while nothing would ever end what it does, and starts once something does', async () => {
    const receiver = await open(closed(capped), closing);
    const { send, journal, folder } = receiver;
    await send(steps(trace('a'), 0, 9, 'weather'), 'tok-weather');
    await vi.waitFor(() => expect(statuses(receiver)).toEqual([['held', expect.stringContaining('stay for ever')]]), { timeout: 8000 });
    expect(await toldOf(journal)).toEqual([expect.stringContaining('did not start by itself')]);
    expect(isOpen(folder)).toBe(true);
    await journal.commit([dutyWrite('expire', Date.now())]);
    await vi.waitFor(() => expect(statuses(receiver).map(([status]) => status)).toEqual(['held', 'done']), { timeout: 25_000 });
    expect(isOpen(folder)).toBe(false);
  }, 40_000);
});

describe('a request that goes over a cap', () => {
  test('opens an incident as its spans come, once, with the command to type', async () => {
    const { send, incidents, events } = await open();
    await send(steps(trace('a'), 0, 3, 'weather'), 'tok-weather');
    await send(steps(trace('b'), 0, 2, 'weather'), 'tok-weather');
    await send(steps(trace('b'), 2, 5, 'weather'), 'tok-weather');
    await vi.waitFor(async () => expect(await incidents()).toHaveLength(1), { timeout: 8000 });
    await send(steps(trace('b'), 5, 9, 'weather'), 'tok-weather');
    await send(steps(trace('c'), 0, 9, 'weather'), 'tok-weather');
    // What came before it has been looked at when this one is told.
    await send(steps(trace('d'), 0, 9, 'billing'), 'tok-billing');
    await vi.waitFor(async () => expect(await incidents()).toHaveLength(2), { timeout: 8000 });
    expect(await incidents()).toMatchObject([
      { agent: 'billing' },
      {
        agent: 'weather',
        class: 'loop',
        status: 'open',
        title: 'weather: 5 steps in one request, 3 steps allowed',
        cause: { kind: 'cap', cap: 'steps_per_request', value: 5, limit: 3, trace: trace('b') },
      },
    ]);
    expect(events).toContainEqual(expect.objectContaining({ event: 'incident', incident: 'inc-1', next: 'agentops incident show inc-1' }));
  });

  test('makes the alert of its rule fire, once, in the same journal as every evaluation', async () => {
    const { send, events, journal } = await open();
    await send(steps(trace('a'), 0, 9, 'weather'), 'tok-weather');
    await vi.waitFor(() => expect(events.filter(({ event }) => event === 'alert')).toHaveLength(1), { timeout: 8000 });
    await send(steps(trace('a'), 9, 20, 'weather'), 'tok-weather');
    await send(steps(trace('b'), 0, 9, 'billing'), 'tok-billing');
    await vi.waitFor(() => expect(events.filter(({ event }) => event === 'alert')).toHaveLength(2), { timeout: 8000 });
    expect(await readOpenAlerts(journal)).toMatchObject([
      { rule: 'runaway', agent: 'billing', label: 'steps', instance: { state: 'firing' }, exemplar: trace('b') },
      { rule: 'runaway', agent: 'weather', label: 'steps', instance: { state: 'firing' }, exemplar: trace('a') },
    ]);
    const refolded = refold(await readInputs(journal, { from: 0, to: Date.now() + 60_000 }));
    expect(
      refolded
        .at(-1)
        ?.standing.map(({ agent, instance }) => [agent, instance.state])
        .sort(),
    ).toEqual([
      ['billing', 'firing'],
      ['weather', 'firing'],
    ]);
  });

  test('is held to the cap of a rule where the agent has no budget', async () => {
    const ruled = `${tokenManifest}alerts:\n  - { rule: long, type: per_trace, steps: 4, agents: [weather] }\n`;
    const { send, incidents, journal } = await open(ruled);
    await send(steps(trace('a'), 0, 9, 'billing'), 'tok-billing');
    await send(steps(trace('b'), 0, 5, 'weather'), 'tok-weather');
    await vi.waitFor(async () => expect(await incidents()).toHaveLength(1), { timeout: 8000 });
    expect(await readOpenAlerts(journal)).toMatchObject([{ rule: 'long', agent: 'weather', judgement: { value: 5, threshold: 4 } }]);
    expect(await incidents()).toMatchObject([
      { agent: 'weather', class: 'loop', cause: { kind: 'alert', rule: 'long', label: 'steps', trace: trace('b') } },
    ]);
  });

  test('is told of by its incident where the manifest wants no rule for it', async () => {
    const peer = await openPeer((request, response) => json({})(request, response));
    const unruled = `${capped}notify:\n  ops: { kind: webhook, url: "${peer.url}" }\nalerts:\n  - { rule: spend, type: spend, per: day, limit: $5 }\n`;
    const { send } = await open(unruled);
    await send(steps(trace('a'), 0, 9, 'weather'), 'tok-weather');
    await vi.waitFor(() => expect(peer.received).toHaveLength(1), { timeout: 8000 });
    expect(digString(peer.received[0]?.json, 'data', 'dedup_key')).toBe('inc-1/open');
  });

  test('is believed only by the token of its agent', async () => {
    const { send, incidents } = await open();
    expect(await send(steps(trace('a'), 0, 9, 'weather'), 'tok-billing')).toBe(200);
    expect(await send(steps(trace('b'), 0, 9, 'weather'), null)).toBe(401);
    // The spans of another do not count against it, even in a request of its own.
    await send(steps(trace('c'), 0, 2, 'weather'), 'tok-weather');
    await send(steps(trace('c'), 2, 9, 'billing'), 'tok-billing');
    await send(steps(trace('d'), 0, 1, 'weather', 5000), 'tok-weather');
    await vi.waitFor(async () => expect(await incidents()).toHaveLength(1), { timeout: 8000 });
    expect(await incidents()).toMatchObject([{ cause: { cap: 'tokens_per_request', value: 5000, trace: trace('d') } }]);
  });

  test('is seen while a channel hangs, and told once that channel takes it', async () => {
    let answer = () => {};
    const open_ = new Promise<void>((done) => {
      answer = done;
    });
    const peer = await openPeer((request, response) => {
      if (peer.received.length > 1) return json({})(request, response);
      void open_.then(() => json({}, 503)(request, response));
    });
    const told = `${capped}notify:\n  ops: { kind: webhook, url: "${peer.url}" }\n`;
    const { send, incidents, events } = await open(told);
    await send(steps(trace('a'), 0, 9, 'weather'), 'tok-weather');
    await vi.waitFor(() => expect(peer.received).toHaveLength(1), { timeout: 8000 });
    await send(steps(trace('b'), 0, 9, 'billing'), 'tok-billing');
    await vi.waitFor(async () => expect(await incidents()).toHaveLength(2), { timeout: 8000 });
    expect(peer.received).toHaveLength(1);
    answer();
    await vi.waitFor(
      () =>
        expect(events.flatMap((event) => (event.event === 'told' ? [event.result] : []))).toEqual(
          expect.arrayContaining(['delayed', 'sent']),
        ),
      {
        timeout: 20_000,
      },
    );
    const keys = peer.received.map(({ json: sent }) => digString(sent, 'data', 'dedup_key'));
    // The alert tells people, once; the incident that it opened says nothing more.
    expect([...new Set(keys)].map((key) => key?.replace(/\d{13}/, 'AT')).sort()).toEqual([
      'alert/runaway/billing/steps/AT/fire',
      'alert/runaway/weather/steps/AT/fire',
    ]);
  });
});
