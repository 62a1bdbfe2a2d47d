import { controls } from '../../src/controls/actions/registry.ts';
import { type ControlHarness, controlContract } from './control-suite.ts';

for (const kind of Object.keys(controls)) {
  const { default: harness } = (await import(`./harnesses/${kind}.ts`)) as { default: ControlHarness };
  controlContract(kind, harness);
}
