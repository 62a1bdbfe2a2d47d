import type { Leaf, Session } from '../../command.ts';
import { repeatedFlag } from '../../flags.ts';

interface Flags {
  readonly agent?: string;
  readonly param?: readonly string[];
  readonly twins?: boolean;
  readonly out?: string;
  readonly against?: string;
}

const plan: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<runbook>', summary: 'its name, or a file' }],
  flags: [
    { flags: '--agent <name>', summary: 'the agent it is about' },
    { flags: '--param <name=value>', summary: 'a parameter; several times for several', parse: repeatedFlag },
    { flags: '--twins', summary: 'against healthy targets in memory: nothing real is looked at' },
    { flags: '--out <file>', summary: 'write the plan to a file, to be approved or run as it is' },
    { flags: '--against <file>', summary: 'hold it against a plan that was written before: did anything move?' },
  ],
  examples: [
    ['agentops runbook plan runaway-loop --agent support', 'what would be changed, and what would not'],
    ['agentops runbook plan throttle --agent support --param requests_per_minute=5', 'with a parameter'],
    ['agentops runbook plan kill --agent support --out kill.plan', 'to be approved by somebody else'],
    ['agentops runbook plan ./ours.yaml --agent support --twins', 'a runbook that is being written'],
  ],
  exits: [
    ['1', 'with --against: something it touches has moved'],
    ['2', 'the runbook or a parameter is wrong, or a step has no control'],
    ['3', 'a target could not be looked at, or a condition could not be decided'],
    ['4', 'what the runbook requires is not so'],
  ],
  async run(session, [name], given) {
    const flags = given as unknown as Flags;
    const { ctx } = session;
    const [{ askedRunbook }, { confirmCommandOf }, { drawPlan }, { openAids }, { planFormats }, { obstaclesOf, staleness }] =
      await Promise.all([
        import('../../asked-runbook.ts'),
        import('../../confirm-command.ts'),
        import('../../../response/runbooks/draw-plan.ts'),
        import('../../plan-aids.ts'),
        import('../../../views/plan.ts'),
        import('../../../response/runbooks/plan.ts'),
      ]);
    const asked = await askedRunbook(session, String(name), flags);
    const { fleet, runbook, params } = asked;
    const aids = await openAids(ctx, fleet, flags.twins === true);
    const drawn = await drawPlan(ctx, fleet, { runbook, params, aids });
    const before = flags.against === undefined ? null : await readPlan(session, flags.against);
    const stale = before === null ? null : staleness(before, drawn);
    if (flags.out !== undefined) await writePlan(session, flags.out, drawn);
    const obstacles = obstaclesOf(drawn).map(({ obstacle }) => obstacle.kind);
    const isBlind = obstacles.some((kind) => kind === 'unreadable' || kind === 'undecided');
    const exit = obstacles.length === 0 ? null : isBlind ? 3 : 2;
    return {
      finding: stale !== null && stale.length > 0 ? 'found' : 'none',
      formats: planFormats({
        fleet: fleet.name,
        generatedAt: ctx.clock.now(),
        runbook,
        plan: drawn,
        source: flags.twins ? 'twins' : 'live',
        stale,
        confirmCommand: confirmCommandOf(session, asked, drawn, {}),
      }),
      ...(exit === null ? {} : { exits: { text: exit, json: exit } }),
    };
  },
};

export default plan;

const readPlan = async ({ ctx, cwd }: Session, file: string) => {
  const [{ resolve }, { parsePlanFile, maxPlanBytes }] = await Promise.all([
    import('node:path'),
    import('../../../response/runbooks/plan-file.ts'),
  ]);
  return parsePlanFile(ctx.files.readText(resolve(cwd, file), maxPlanBytes), file);
};

const writePlan = async ({ cwd }: Session, file: string, drawn: import('../../../response/runbooks/plan.ts').Plan) => {
  const [{ resolve }, { writePlanFile }, { writeOutput }] = await Promise.all([
    import('node:path'),
    import('../../../response/runbooks/plan-file.ts'),
    import('../../outputs.ts'),
  ]);
  writeOutput(resolve(cwd, file), writePlanFile(drawn));
};
