import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openControl } from '../../../src/controls/actions/open-control.ts';
import type { Action, ControlDriver } from '../../../src/controls/actions/port.ts';
import { controlConfigs, controls } from '../../../src/controls/actions/registry.ts';
import { OpsError } from '../../../src/ground/errors.ts';
import { formatDuration } from '../../../src/ground/units/duration.ts';
import { controlSamples, type Sample, samplePlane, sampleWishes } from '../../support/control-samples.ts';
import { aFleet, anAgent } from '../../support/facts.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { ref } from '../../support/world.ts';

const readme = new URL('../../../README.md', import.meta.url);
const at = { file: 'agentops.yaml', line: 1, column: 1 };
const prod = { kind: 'langfuse', config: { url: ref('http://127.0.0.1:9'), public_key: ref('p'), secret_key: ref('s') }, at };

const openSample = async (kind: string, sample: Sample['control']): Promise<ControlDriver> => {
  const described = (await controlConfigs[kind]?.())?.default;
  if (described === undefined) throw new Error(`${kind} is not registered`);
  const fleet = { ...aFleet(anAgent()), connections: samplePlane, backends: { prod } };
  const owner = () => ({ user: 'tester', host: 'lab' });
  const process = { ...fakeContext().process, baseEnv: {}, owner } as ReturnType<typeof fakeContext>['process'];
  return openControl(
    fakeContext({ process }),
    fleet,
    'support',
    { kind, config: described.config.parse({ via: kind, ...sample }), at },
    'read',
  );
};

/** Whether an action can be taken back, as a rehearsal plans it. */
const isReversible = (kind: string, driver: ControlDriver, action: Action): boolean => {
  const now = { exists: true, target: kind, touched: driver.healthy(action), version: null, sharedWith: [], keepsRunning: null };
  for (const params of sampleWishes[action]) {
    try {
      const change = driver.plan({ action, params }, now);
      if (change !== null) return change.reversible;
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
    }
  }
  throw new Error(`no sample of ${action} makes sense to ${now.target}`);
};

const yes = (value: boolean): string => (value ? 'yes' : 'no');

const rowOf = async (kind: string, { as, control }: Sample): Promise<string> => {
  const driver = await openSample(kind, control);
  const { traits } = driver;
  const declared =
    kind === 'http' || kind === 'exec'
      ? ['as you say', 'as you say', 'as you say', 'no']
      : [
          yes(traits.idempotent),
          yes(traits.stopsInFlight),
          traits.effectMs === 0 ? 'at once' : formatDuration(traits.effectMs),
          yes(traits.expiresNatively),
        ];
  const actions = traits.actions.map((action) => `${action.replace('_', ' ')}${isReversible(kind, driver, action) ? '' : ' †'}`);
  return `| \`${kind}\`${as === undefined ? '' : ` ${as}`} | ${actions.join(', ')} | ${declared.join(' | ')} |`;
};

it('stands in the README as the drivers declare it', async () => {
  const kinds = Object.keys(controls).sort();
  expect(kinds.filter((kind) => controlSamples[kind] === undefined)).toEqual([]);
  const rows = await Promise.all(kinds.flatMap((kind) => (controlSamples[kind] ?? []).map((sample) => rowOf(kind, sample))));
  const table = [
    '| Driver | Actions († cannot be undone) | Twice is once | Stops what runs | Shows within | Ends by itself |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  const text = readFileSync(readme, 'utf8');
  const marked = /(<!-- drivers: made by a test from what they declare -->\n)[\s\S]*?(<!-- end of drivers -->)/;
  const wanted = text.replace(marked, (_, begin: string, end: string) => `${begin}\n${table}\n\n${end}`);
  expect(text).toMatch(marked);
  if (process.env['UPDATE_README'] === '1') writeFileSync(readme, wanted);
  else expect(text, 'run this test with UPDATE_README=1').toBe(wanted);
});
