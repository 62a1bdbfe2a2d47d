import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digArray, digString, parseJson } from '../../src/ground/json.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { closedPort, openPeer } from '../support/http-peer.ts';
import { json } from '../support/replies.ts';
import { runCli, scratch, startCli } from '../support/run-cli.ts';
import { until } from '../support/until.ts';

const manifest = (hook: string) => `
version: 1
fleet: acme
backends:
  local: { kind: otlp, tokens: { "\${SUPPORT_TOKEN}": support } }
notify:
  ops: { kind: webhook, url: "${hook}" }
runbooks: [runbooks]
agents:
  support:
    budget: { steps_per_request: 5 }
    traces: { backend: local, match: { agent_name: support } }
    controls: { disable: { via: flag-file, path: flags.json, flag: agent.support.enabled } }
    checks: [ { id: nightly, heartbeat: { every: 1d } } ]
`;

const runbook = `
metadata: { name: close-door, class: loop, description: Lets a looping agent take no new work. }
params:
  agent: { type: agent, description: Which agent. }
triggers: [ { alert: runaway, mode: auto } ]
guardrails: { runs_per_hour: 3, targets: 1, cooldown: 1m }
steps:
  - disable: {}
    ttl: 1h
`;

const flagsOf = (folder: string): unknown => parseJson(readFileSync(join(folder, 'flags.json'), 'utf8'));
const untouched = '{ "agent.support.enabled": true }\n';

/** Calls of a model in one request that goes on. */
const loop = (calls: number) =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'support' } }] },
        scopeSpans: [
          {
            spans: Array.from({ length: calls }, (_, at) => ({
              traceId: 'a'.repeat(32),
              spanId: (at + 1).toString(16).padStart(16, '0'),
              parentSpanId: 'f'.repeat(16),
              name: 'chat model',
              startTimeUnixNano: String(BigInt(Date.now()) * 1_000_000n),
              endTimeUnixNano: String(BigInt(Date.now() + 5) * 1_000_000n),
              attributes: [
                { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
                { key: 'gen_ai.agent.name', value: { stringValue: 'support' } },
              ],
            })),
          },
        ],
      },
    ],
  });

const stage = async () => {
  const peer = await openPeer((request, response) => json({})(request, response));
  const folder = scratch({ 'agentops.yaml': manifest(peer.url), 'flags.json': untouched });
  onTestFinished(() => folder[Symbol.dispose]());
  mkdirSync(join(folder.path, 'runbooks'));
  writeFileSync(join(folder.path, 'runbooks/close-door.yaml'), runbook);
  const env = { SUPPORT_TOKEN: 'tok-support' };
  const tick = (...more: string[]) => runCli(['tick', ...more], { cwd: folder.path, env });
  return { peer, folder: folder.path, env, tick, events: () => peer.received.map(({ json: sent }) => digString(sent, 'type')) };
};

const serve = async (folder: string, env: Record<string, string>) => {
  const { child, ended } = startCli(['serve', '--port', '0', '--json'], { cwd: folder, env });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let said = '';
  child.stdout?.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  const urlOf = () => /"url":"(http:[^"]+)"/.exec(said)?.[1] ?? null;
  await until('the receiver listens', () => urlOf() !== null);
  return {
    said: () => said,
    send: (body: string, token = 'tok-support') =>
      fetch(`${urlOf()}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body,
      }),
  };
};

test('a runaway is told of and its door is closed within ten seconds of its spans, once', async () => {
  const { folder, env, tick, peer, events } = await stage();
  // Somebody ends what it begins: without that promise nothing starts that is to end by itself.
  expect((await tick()).status).toBe(0);
  const { send, said } = await serve(folder, env);
  await send(loop(4));
  const began = performance.now();
  await send(loop(9));
  await until('the door is closed', () => JSON.stringify(flagsOf(folder)).includes('false'));
  await until('people are told of the loop', () => events().includes('alert.fire'));
  expect(performance.now() - began).toBeLessThan(10_000);
  // A run ends when its agent's traces are silent, which takes a while to be sure of.
  await until('people are told of the run', () => events().includes('runbook.end'), 90_000);
  expect(said()).toContain('"event":"run"');

  // Whoever evaluates next finds it answered.
  const next = await tick('--json');
  expect(next.status, next.stderr).toBe(0);
  const document = parseJson(next.stdout);
  expect(digArray(document, 'firing').map((alert) => digString(alert, 'rule'))).toEqual(['runaway']);
  expect(digArray(document, 'runs')).toEqual([]);
  expect(documentSchemas.tick.parse(document)).toEqual(document);
  const runs = parseJson((await runCli(['runbook', 'runs', '--json'], { cwd: folder, env })).stdout);
  expect(digArray(runs, 'runs').map((run) => [digString(run, 'cause'), digString(run, 'status')])).toEqual([['alert', 'done']]);
  const told = peer.received.filter(({ json: sent }) => digString(sent, 'type') === 'alert.fire');
  expect(told).toHaveLength(1);
  expect(peer.received.map(({ json: sent }) => digString(sent, 'type'))).not.toContain('incident.open');
}, 150_000);

test('a tick leaves another one alone, or waits for it where it is told to', async () => {
  const { folder, env } = await stage();
  const asked = '  slow: { endpoint: { protocol: command, argv: [/bin/sleep, "3"] }, checks: [ { id: hello, input: hello } ] }\n';
  appendFileSync(join(folder, 'agentops.yaml'), asked);
  const slow = startCli(['tick', '--verbose'], { cwd: folder, env });
  let said = '';
  slow.child.stderr?.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  await until('the first one is at it', () => said.includes('checks:'));
  const second = await runCli(['tick', '--json'], { cwd: folder, env });
  expect([second.status, parseJson(second.stdout)]).toMatchObject([0, { busy: true, duties: [] }]);
  const third = await runCli(['tick', '--wait', '--json'], { cwd: folder, env });
  expect((await slow.ended).status).toBe(0);
  expect(parseJson(third.stdout)).toMatchObject({ busy: false });
}, 60_000);

test('quiet, a tick says nothing where nothing went wrong, and tells what did with exit 3', async () => {
  const { folder, tick } = await stage();
  expect(await tick('--quiet')).toEqual({ status: 0, stdout: '', stderr: '' });
  const text = readFileSync(join(folder, 'agentops.yaml'), 'utf8');
  const lost = `backends:\n  prod: { kind: phoenix, url: "http://127.0.0.1:${await closedPort()}", project: acme }`;
  writeFileSync(join(folder, 'agentops.yaml'), text.replace('backends:', lost));
  const failed = await tick('--quiet');
  expect(failed.status).toBe(3);
  expect(failed.stdout).toMatch(/sync: prod: .*\n/);
}, 60_000);

test('duties are chosen by name, and a wrong one is told', async () => {
  const { tick } = await stage();
  const chosen = parseJson((await tick('--only', 'alerts,expire', '--skip', 'expire', '--json')).stdout);
  expect(digArray(chosen, 'duties').map((each) => digString(each, 'duty'))).toEqual(['alerts']);
  const wrong = await tick('--only', 'alert');
  expect([wrong.status, wrong.stderr]).toEqual([2, 'error: there is no duty "alert"\nhint: did you mean alerts?\n']);
  expect((await tick('--only', 'sync', '--skip', 'sync')).status).toBe(2);
}, 60_000);

test('watch ends after the duty under way, with the number of its signal', async () => {
  const { folder, env } = await stage();
  const { child, ended } = startCli(['watch', '--every', '1s', '--json'], { cwd: folder, env });
  let said = '';
  child.stdout?.on('data', (piece: Buffer) => {
    said += piece.toString();
  });
  await until('two ticks are done', () => said.split('\n').length > 2);
  child.kill('SIGTERM');
  expect((await ended).status).toBe(143);
  const lines = said.trim().split('\n').map(parseJson);
  for (const line of lines) expect(documentSchemas.watch.parse(line)).toMatchObject({ busy: false, problems: [] });
}, 60_000);
