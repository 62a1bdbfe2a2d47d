import type { Leaf } from '../../command.ts';
import { repeatedFlag, seedFlag } from '../../flags.ts';

interface Flags {
  readonly agent?: string;
  readonly param?: readonly string[];
  readonly crashAt?: string;
  readonly fail?: readonly string[];
  readonly all?: boolean;
  readonly seed?: number;
}

const simulate: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<runbook>', summary: 'its name, or a file' }],
  flags: [
    { flags: '--agent <name>', summary: 'the agent it is about' },
    { flags: '--param <name=value>', summary: 'a parameter; several times for several', parse: repeatedFlag },
    { flags: '--crash-at <step:phase>', summary: 'the process dies there once and the run is resumed: slow:after-act' },
    { flags: '--fail <step[=kind]>', summary: 'a step goes wrong: slow=dropped; several times for several', parse: repeatedFlag },
    { flags: '--all', summary: 'every boundary, and every step going wrong' },
    { flags: '--seed <n>', summary: 'targets answer late, twice or not at all, as this number decides', parse: seedFlag },
  ],
  examples: [
    ['agentops runbook simulate runaway-loop --agent support', 'the whole run in memory, hours in milliseconds'],
    ['agentops runbook simulate ./ours.yaml --agent support --all', 'for CI: killed and resumed at every place'],
    ['agentops runbook simulate kill --agent support --crash-at stop:after-act', 'killed once, between the act and its record'],
    ['agentops runbook simulate kill --agent support --fail stop=dropped', 'a target that says yes and does nothing'],
  ],
  exits: [
    ['0', 'every path ended as the runbook declares'],
    ['1', 'a path did not: an act was lost or done twice, or it ended otherwise'],
    ['2', 'the runbook, a parameter, a step or a phase is wrong, or a step has no control'],
  ],
  async run(session, [name], given) {
    const flags = given as unknown as Flags;
    const { ctx } = session;
    const [{ askedRunbook }, { rehearsalOf }, { readBoundary, readFault }, { simulateRun }, { simulationFormats }] = await Promise.all([
      import('../../asked-runbook.ts'),
      import('../../rehearsal.ts'),
      import('../../../response/runbooks/asked-path.ts'),
      import('../../../response/runbooks/simulate-run.ts'),
      import('../../../views/simulation.ts'),
    ]);
    const asked = await askedRunbook(session, String(name), flags);
    const options = await rehearsalOf(ctx, asked, flags.seed ?? null);
    const simulation = await simulateRun(ctx, asked.fleet, options, {
      crashAt: flags.crashAt === undefined ? null : readBoundary(flags.crashAt, options.plan),
      failing: Object.fromEntries((flags.fail ?? []).map((text) => readFault(text, options.plan))),
      all: flags.all === true,
    });
    return {
      finding: simulation.paths.some(({ problems }) => problems.length > 0) ? 'found' : 'none',
      formats: simulationFormats({ ...simulation, fleet: asked.fleet.name, generatedAt: ctx.clock.now() }),
    };
  },
};

export default simulate;
