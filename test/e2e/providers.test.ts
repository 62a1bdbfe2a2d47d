import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digString } from '../../src/ground/json.ts';
import { documentSchemas } from '../../src/views/schemas.ts';
import { openPeer, type Reply } from '../support/http-peer.ts';
import { liteLlmStub } from '../support/litellm-stub.ts';
import { runCli, scratch } from '../support/run-cli.ts';

const manifest = (urls: { readonly anthropic: string; readonly openai: string; readonly gateway: string }): string => `version: 1
fleet: acme
backends: { prod: { kind: otlp, tokens: { "\${TOKEN_A}": support, "\${TOKEN_B}": billing } } }
connections: { gateway: { url: "${urls.gateway}", read: "\${READ}", write: "\${WRITE}" } }
providers:
  anthropic:
    probe: { protocol: anthropic, url: "${urls.anthropic}", model: claude-haiku-4-5, api_key: "\${MODEL_KEY}", params: { max_tokens: 8 } }
  openai:
    probe: { protocol: openai-chat, url: "${urls.openai}/v1", model: gpt-4o-mini, api_key: "\${MODEL_KEY}", params: { max_tokens: 8 } }
alerts: [ { rule: provider-outage, type: provider_outage, for: 0s, keep_firing_for: 0s } ]
runbooks: [runbooks]
agents:
  support:
    tier: 1
    traces: { backend: prod, match: { service_name: support } }
    fallback: [anthropic, openai]
    probe_budget: { per_day: $0.01 }
    controls: { failover: { via: litellm, connection: gateway, model_group: large } }
  billing: { traces: { backend: prod, match: { service_name: billing } }, fallback: [anthropic/claude-sonnet-4-5, openai] }
`;

/** As the shipped one, but that it starts by itself and looks at no check. */
const runbook = `metadata: { name: provider-outage, class: outage, description: Goes elsewhere. }
params:
  agent: { type: agent, description: Which agent. }
  first: { type: text, description: Where to. }
triggers: [ { alert: "*provider*", mode: auto } ]
guardrails: { runs_per_hour: 3, targets: 2, cooldown: 1m, reversible_only: true }
steps:
  - failover: ["{{ params.first }}"]
    ttl: 1h
`;

const anthropicReply =
  (isUp: () => boolean): Reply =>
  (request, response) => {
    const limits = { 'anthropic-ratelimit-requests-limit': '50', 'anthropic-ratelimit-requests-remaining': '49' };
    const reset = { 'anthropic-ratelimit-requests-reset': new Date(Date.now() + 30_000).toISOString() };
    response.writeHead(isUp() ? 200 : 529, { 'content-type': 'application/json', ...limits, ...reset });
    const answer = {
      ...{ type: 'message', role: 'assistant', model: digString(request.json, 'model'), stop_reason: 'end_turn' },
      ...{ content: [{ type: 'text', text: 'ok' }], usage: { input_tokens: 14, output_tokens: 4 } },
    };
    response.end(JSON.stringify(isUp() ? answer : { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }));
  };

const openaiReply: Reply = (request, response) => {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }];
  const answer = {
    object: 'chat.completion',
    model: digString(request.json, 'model'),
    choices,
    usage: { prompt_tokens: 14, completion_tokens: 1 },
  };
  const limits = { 'x-ratelimit-limit-tokens': '30000', 'x-ratelimit-remaining-tokens': '29980', 'x-ratelimit-reset-tokens': '6m0s' };
  response.writeHead(200, { 'content-type': 'application/json', ...limits });
  response.end(JSON.stringify(answer));
};

let no = 0;

/** Calls of two agents to anthropic, `ago` seconds back, as an exporter would write them down. What is younger than two minutes may still be on its way. */
const calls = (ago: number, n: number, bad: number): string => {
  const spansOf = (service: string) => {
    const spans = Array.from({ length: n }, (_, at) => {
      no += 1;
      const start = BigInt(Date.now() - ago * 1000 + at) * 1_000_000n;
      const status = at < bad ? { code: 2, message: '429 too many requests' } : { code: 1 };
      const attributes = {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-haiku-4-5',
        'gen_ai.response.finish_reasons': at % 4 === 0 ? '["max_tokens"]' : '["stop"]',
      };
      return {
        ...{ traceId: no.toString(16).padStart(32, '0'), spanId: no.toString(16).padStart(16, '0'), name: 'chat', status },
        ...{ startTimeUnixNano: String(start), endTimeUnixNano: String(start + 800_000_000n) },
        attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      };
    });
    return { resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] }, scopeSpans: [{ spans }] };
  };
  return JSON.stringify({ resourceSpans: ['support', 'billing'].map(spansOf) });
};

const open = async () => {
  let isUp = true;
  const [anthropic, openai] = [await openPeer(anthropicReply(() => isUp)), await openPeer(openaiReply)];
  const stub = liteLlmStub({ clock: { now: () => Date.now() }, admin: 'sk-admin', viewer: 'sk-viewer', models: ['large', 'openai'] });
  const gateway = await openPeer(stub.reply);
  const folder = scratch({ 'agentops.yaml': manifest({ anthropic: anthropic.url, openai: openai.url, gateway: gateway.url }) });
  onTestFinished(() => folder[Symbol.dispose]());
  mkdirSync(join(folder.path, 'runbooks'));
  writeFileSync(join(folder.path, 'runbooks/provider-outage.yaml'), runbook);
  const tokens = { TOKEN_A: 'tok-a', TOKEN_B: 'tok-b', MODEL_KEY: 'sk-model' };
  const env = { ...tokens, READ: 'sk-viewer', WRITE: 'sk-admin', AGENTOPS_ACTOR: 'maria', LANG: 'C.UTF-8' };
  const run = (...args: readonly string[]) => runCli(args, { cwd: folder.path, env });
  return {
    ...{ run, stub, anthropic, openai },
    goDown: () => {
      isUp = false;
    },
    ingest: async (text: string) => {
      writeFileSync(join(folder.path, `spans-${no}.json`), text);
      const { status } = await run('ingest', `spans-${no}.json`);
      expect(status).toBe(0);
    },
    status: async () => {
      const { status, stdout } = await run('providers', 'status', '--json');
      return { exit: status, ...documentSchemas['providers status'].parse(JSON.parse(stdout)) };
    },
  };
};

test('a provider goes down: status, drill, tick, alert, failover, recovery', async () => {
  const fleet = await open();
  const { run } = fleet;
  await fleet.ingest(calls(600, 60, 0));
  expect((await run('tick')).status).toBe(0);

  const refused = await run('providers', 'drill');
  expect([refused.status, fleet.anthropic.received.length + fleet.openai.received.length]).toEqual([4, 0]);
  expect(refused.stderr).toMatch(/3 questions to 4 links of 2 chains, for \$0\.\d+ at most/);
  const drilled = await run('providers', 'drill', '--yes', '--json');
  expect(drilled.status).toBe(0);
  const { chains, cost_usd: spent, estimate_usd: estimate } = documentSchemas['providers drill'].parse(JSON.parse(drilled.stdout));
  expect(chains.map(({ agent, crosses }) => [agent, crosses])).toEqual([
    ['support', true],
    ['billing', true],
  ]);
  expect(chains[0]?.links[1]?.probe).toMatchObject({
    outcome: 'ok',
    rate_limits: { tokens: { limit: 30_000, remaining: 29_980, reset_ms: 360_000 } },
  });
  expect(spent).toBeGreaterThan(0);
  expect(spent).toBeLessThanOrEqual(estimate);
  expect((await run('audit', 'log', '--kind', 'provider.drill')).stdout).toContain('maria');
  expect((await run('policy', 'check', 'support', '--verbose')).stdout).toContain('each link of its chain answered a drill');

  fleet.goDown();
  await fleet.ingest(calls(200, 20, 15));
  const out = await fleet.status();
  expect(out.exit).toBe(1);
  const row = out.providers.find(({ provider }) => provider === 'anthropic');
  expect(row).toMatchObject({ state: 'out', rate_limited: 30, agents: [{ agent: 'billing' }, { agent: 'support', next: 'openai' }] });
  expect([row?.stop_told_n, row?.truncated]).toEqual([160, 40]);
  expect(row?.last_probe?.rate_limits).toMatchObject({ requests: { limit: 50, remaining: 49 } });
  const failing = await run('providers', 'drill', 'support', '--yes');
  expect([failing.status, failing.stdout]).toEqual([1, expect.stringMatching(/anthropic +rate limited .*http 529/)]);
  expect((await run('policy', 'check', 'support')).stdout).toContain('did not answer its last drill');

  const ticked = documentSchemas.tick.parse(JSON.parse((await run('tick', '--json')).stdout));
  expect(ticked.firing.map(({ rule, label }) => [rule, label])).toEqual([['provider-outage', 'anthropic']]);
  expect(fleet.stub.state()).toMatchObject({ chains: { 'general/large': ['openai'] } });
  expect((await run('runbook', 'runs')).stdout).toContain('provider-outage');
  const again = await run('tick', '--json');
  expect(documentSchemas.tick.parse(JSON.parse(again.stdout)).runs).toEqual([]);

  await fleet.ingest(calls(130, 600, 0));
  expect((await fleet.status()).providers.find(({ provider }) => provider === 'anthropic')?.state).not.toBe('out');
  await run('tick');
  expect((await run('alerts', 'list')).stdout).not.toContain('provider-outage');
});

test('a drill that nobody can be asked for says so', async () => {
  const { run } = await open();
  const nobody = await run('providers', 'drill', 'nobody', '--yes');
  expect([nobody.status, nobody.stderr]).toEqual([2, expect.stringContaining('nobody')]);
  const long = await run('providers', 'status', '--since', '30d');
  expect([long.status, long.stderr]).toEqual([2, expect.stringContaining('7d at most')]);
  const blind = await run('providers', 'status');
  expect([blind.status, blind.stdout]).toEqual([3, expect.stringContaining('never probed')]);
});
