import { openTwins } from '../../src/controls/actions/open-twins.ts';
import type { Action, Capabilities, ControlDriver } from '../../src/controls/actions/port.ts';
import type { Fleet } from '../../src/fleet/agent.ts';
import type { Slot } from '../../src/fleet/slots.ts';
import { drawPlan } from '../../src/response/runbooks/draw-plan.ts';
import type { Runbook } from '../../src/response/runbooks/runbook.ts';
import { readRunbookText } from '../../src/response/runbooks/runbook-file.ts';
import type { SimulationOptions } from '../../src/response/runbooks/simulate-path.ts';
import { aFleet, anAgent, noControls, noon } from './facts.ts';
import { fakeClock, fakeContext } from './fake-context.ts';
import { plainControl } from './plain-control.ts';

const at = { file: 'agentops.yaml', line: 1, column: 1 };

/** A control that `plainControl` enforces. */
export const plainSlot = (name: string): Slot => ({ kind: 'plain', config: { name }, at });

/** One agent, support, on which everything that these steps ask for can be done. */
export const plainFleet: Fleet = aFleet(
  anAgent({
    controls: {
      ...noControls,
      throttle: plainSlot('throttle'),
      disable: plainSlot('door'),
      kill: [plainSlot('door'), plainSlot('runs')],
      sampling: plainSlot('sampling'),
    },
  }),
);

/** A runbook about one agent with these steps, as YAML. Throws with what is wrong with it. */
export const plainRunbook = (steps: string, rest = ''): Runbook => {
  const text = `metadata: { name: plain, class: other }\nparams: { agent: { type: agent } }\n${rest}steps:\n${steps.replace(/^/gm, '  ')}\n`;
  const { runbook, problems } = readRunbookText(text, 'plain.yaml');
  if (runbook === null) throw new Error(problems.map(({ message }) => message).join('; '));
  return runbook;
};

/** What a simulation of a runbook on healthy twins of plain controls needs. */
export const rehearsalOf = async (
  runbook: Runbook,
  traits: Partial<Capabilities> | ((action: string) => Partial<Capabilities>) = {},
  seed: number | null = null,
): Promise<SimulationOptions> => {
  const actions: readonly Action[] = ['throttle', 'disable', 'enable', 'kill', 'sampling'];
  const real = async (_agent: string, { config }: Slot): Promise<ControlDriver> =>
    plainControl({ actions, ...(typeof traits === 'function' ? traits((config as { name: string }).name) : traits) });
  const twins = openTwins({ real, clock: fakeClock(noon) });
  const plan = await drawPlan(fakeContext(), plainFleet, { runbook, params: { agent: 'support' }, aids: { open: twins.open } });
  return { runbook, plan, real, seed };
};
