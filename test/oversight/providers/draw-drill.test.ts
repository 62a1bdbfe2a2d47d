import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { probeWrite } from '../../../src/agents/providers/provider-probes.journal.ts';
import { drawDrill } from '../../../src/oversight/providers/draw-drill.ts';
import { drilledChains, estimateOf, findingOfDrill, linkVerdict } from '../../../src/oversight/providers/drill.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { load } from '../../support/load-manifest.ts';
import { aProviderProbe } from '../../support/provider-probe.ts';
import { temporaryFolder, temporaryJournal } from '../../support/temporary.ts';

const manifest = (limits: string, budget: string): string => `version: 1
fleet: acme
prices: { m: { input: 1, output: 100 } }
providers:
  anthropic:
    probe: { protocol: anthropic, url: "https://example.com", model: m, params: { max_tokens: 10 } }
    input: "0123456789"
    limits: ${limits}
  plain: { probe: { protocol: command, argv: [cat] } }
agents:
  support: { endpoint: { protocol: command, argv: [cat] }, fallback: [anthropic, plain/x, mistral], probe_budget: ${budget} }
  billing: { endpoint: { protocol: command, argv: [cat] }, fallback: [anthropic/m, plain] }
`;

const draw = async (limits: string, budget: string, spentNanos = 0) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agentops.yaml'), manifest(limits, budget));
  const { fleet } = await load(folder);
  const journal = await temporaryJournal();
  const ctx = fakeContext({ journal: async () => journal });
  if (spentNanos > 0)
    await journal.commit([probeWrite(aProviderProbe({ agent: 'support', hop: 'anthropic', at: ctx.clock.now(), costNanos: spentNanos }))]);
  return drawDrill(ctx, fleet, fleet.agents);
};

/** 24 tokens in, 10 out. */
const cost = 24 * 1000 + 10 * 100_000;

test('every link that means the same is one question, priced at most; what nothing tells how to ask is left out', async () => {
  const plan = await draw('{}', '{ per_day: $1 }');
  expect(
    plan.probes.map(({ provider, links, mostNanos }) => [provider.name, links.map(({ agent, hop }) => `${agent} ${hop}`), mostNanos]),
  ).toEqual([
    ['anthropic', ['support anthropic', 'billing anthropic/m'], cost],
    ['plain', ['billing plain'], null],
  ]);
  expect(estimateOf(plan)).toEqual({ mostNanos: cost, unpriced: 1 });
  expect(plan.leftOut.map(({ hop, why }) => [hop, why])).toEqual([
    ['plain/x', expect.stringContaining('names no model that x could stand in for')],
    ['mistral', expect.stringContaining('no providers.mistral')],
  ]);
});

test('what a budget of the day does not hold any more is not asked, by agent and by provider', async () => {
  const hops = async (...how: Parameters<typeof draw>) => (await draw(...how)).probes.map(({ links }) => links[0]?.hop);
  expect(await hops('{}', '{ per_day: $0.002 }', cost)).toContain('anthropic/m');
  expect(await hops('{}', '{ per_day: $0.002 }', cost)).not.toContain('anthropic');
  expect(await hops('{ per_day: $0.001 }', '{ per_day: $1 }')).toEqual(['plain']);
  expect(await hops('{ per_day: $0.002 }', '{ per_day: $1 }')).toContain('anthropic');
  expect(await hops('{ per_day: $0.002 }', '{ per_day: $1 }', cost)).toEqual(['plain']);
});

test('a link that fails is a finding, one that our own side kept from being asked no verdict, and so is a chain of one provider', async () => {
  const plan = await draw('{}', '{ per_day: $1 }');
  const answered = (agent: string, hop: string, vendor: string, parts: Parameters<typeof aProviderProbe>[0] = {}) =>
    aProviderProbe({ agent, hop, answerer: { host: vendor, vendor, gateway: null }, ...parts });
  const probes = [answered('support', 'anthropic', 'anthropic'), answered('billing', 'anthropic/m', 'anthropic')];
  const of = (plain: Parameters<typeof aProviderProbe>[0], vendor = 'x') =>
    drilledChains(plan, [...probes, answered('billing', 'plain', vendor, plain)]).filter(({ agent }) => agent === 'billing');
  expect(findingOfDrill(of({}))).toBe('none');
  expect(findingOfDrill(of({}, 'anthropic'))).toBe('found');
  expect(findingOfDrill(of({ outcome: 'timeout' }))).toBe('found');
  expect(findingOfDrill(of({ outcome: 'truncated', cause: 'max_tokens' }))).toBe('none');
  expect(findingOfDrill(of({ outcome: 'truncated', cause: 'stream ended early' }))).toBe('found');
  expect(findingOfDrill(of({ outcome: 'unauthorized' }))).toBe('no_verdict');
  const [support] = drilledChains(plan, probes);
  expect(support?.links.map(linkVerdict)).toEqual(['answered', 'unknown', 'unknown']);
});
