import { expect, it } from 'vitest';
import { controlConfigs, controls } from '../../src/controls/actions/registry.ts';
import { type ControlHarness, controlContract } from './control-suite.ts';

it('checks the manifest by the kinds that it opens, under the same names', async () => {
  expect(Object.keys(controlConfigs)).toEqual(Object.keys(controls));
  for (const [kind, load] of Object.entries(controls)) {
    expect((await load()).default.kind).toBe(kind);
    expect((await controlConfigs[kind]?.())?.default.kind).toBe(kind);
  }
});

for (const kind of Object.keys(controls)) {
  const { default: harness } = (await import(`./harnesses/${kind}.ts`)) as { default: ControlHarness };
  controlContract(kind, harness);
}
