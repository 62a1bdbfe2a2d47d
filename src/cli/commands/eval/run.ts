import type { Leaf, Outcome, Session } from '../../command.ts';
import { choicesFlag, countFlag, listFlag, moneyFlag, sampleFlag, seedFlag, shardFlag, waitFlag } from '../../flags.ts';
import type { EvalFlags } from '../../plan-eval.ts';

const run: Leaf = {
  formats: ['text', 'json', 'junit', 'github', 'markdown', 'html', 'csv'],
  arguments: [{ name: '[suites...]', summary: 'files of suites; by default those under evals: of the agents' }],
  flags: [
    { flags: '--agent <name>', summary: 'the agent that is asked, whatever the suite says' },
    { flags: '--against <name>', summary: 'another agent, asked side by side; the verdict holds the first against it' },
    { flags: '--repeats <n>', summary: 'trials of each case, whatever the suite says', parse: countFlag },
    {
      flags: '--concurrency <n>',
      summary: 'trials at the same time; fewer where the agent says it is too much',
      parse: countFlag,
      fallback: 4,
    },
    { flags: '--max-usd <amount>', summary: 'what the run may cost, judges included; its parts share it', parse: moneyFlag },
    { flags: '--timeout <duration>', summary: 'how long one turn may take, whatever the suite says', parse: waitFlag },
    { flags: '--case <ids>', summary: 'only these cases; * stands for anything', parse: listFlag },
    { flags: '--tag <tags>', summary: 'only cases with one of these tags', parse: listFlag },
    {
      flags: '--severity <severities>',
      summary: 'only cases of these: critical, normal, info',
      parse: choicesFlag(['critical', 'normal', 'info']),
    },
    { flags: '--only-failed', summary: 'only cases that did not pass in the last run' },
    { flags: '--sample <size>', summary: 'only so many cases, or such a share: 50 or 10%', parse: sampleFlag },
    { flags: '--seed <n>', summary: 'what samples and orders are drawn from', parse: seedFlag, fallback: 1 },
    { flags: '--shard <i/n>', summary: 'only one of n parts of the cases, for parallel jobs; see eval merge', parse: shardFlag },
    { flags: '--run <name>', summary: 'what the run is called; the parts of one run share it' },
    { flags: '--resume [run]', summary: 'go on with a run that did not come to its end; default: the newest' },
    { flags: '--baseline <file>', summary: 'hold it against a committed file instead of the accepted runs of this machine' },
    { flags: '--release <name>', summary: 'what is being tested; default: the newest mark of the agent' },
    { flags: '--post <backend>', summary: 'also show the run there: Langfuse and Braintrust as an experiment, LangSmith as feedback' },
    { flags: '--allow-empty', summary: 'no selected case is no error' },
    { flags: '--watch', summary: 'run again whenever a file beside the suite changes' },
    { flags: '--no-store', summary: 'keep nothing of it' },
  ],
  examples: [
    ['agentops eval run suites/support.yaml', 'ask every case, hold it against what was accepted'],
    ['agentops eval run --baseline baseline.json --output junit > eval.xml', 'a gate in CI'],
    ['agentops eval run suites/support.yaml --agent support-v2 --against support', 'two versions side by side'],
    ['agentops eval run --resume', 'go on where it was killed'],
  ],
  exits: [
    ['0', 'no case got worse, as far as can be told'],
    ['1', 'it got worse, or a critical case failed'],
    ['2', 'wrong usage, an invalid suite, no case selected; nothing was sent'],
    ['3', 'no verdict: the target was dead, the cap reached, or too little was seen'],
    ['4', 'another process is at this run'],
  ],
  async run(session, [paths], given) {
    const flags = given as unknown as EvalFlags;
    const suites =
      flags.resume === undefined || (paths as readonly string[]).length > 0
        ? await suitesOf(session, paths as readonly string[], flags)
        : [null];
    const { runEval } = await import('../../run-eval.ts');
    const round = async (): Promise<Outcome> => {
      const [first, ...others] = suites;
      let outcome = await runEval(session, first?.path ?? null, { ...flags, ...agentOf(first) });
      for (const each of others) {
        if (session.ctx.signal.aborted) break;
        await session.show(outcome);
        const { finding } = outcome;
        outcome = await runEval(session, each?.path ?? null, { ...flags, ...agentOf(each) });
        outcome = { ...outcome, finding: worse(finding, outcome.finding) };
      }
      return outcome;
    };
    if (flags.watch !== true) return round();
    const { watchFolders } = await import('../../watch-folders.ts');
    return watchFolders(
      session,
      suites.flatMap((suite) => suite?.path ?? []),
      round,
    );
  },
};

export default run;

interface Wanted {
  readonly path: string;
  readonly agent: string | null;
}

const agentOf = (wanted: Wanted | null | undefined): Pick<EvalFlags, 'agent'> =>
  wanted?.agent === undefined || wanted.agent === null ? {} : { agent: wanted.agent };

/** A finding beats what could not be told, and that beats a pass. */
const worse = (a: Outcome['finding'], b: Outcome['finding']): Outcome['finding'] =>
  a === 'found' || b === 'found' ? 'found' : a === 'none' ? b : a;

/** What is named, or what the manifest says belongs to the agents. */
const suitesOf = async (session: Session, paths: readonly string[], { agent, resume }: EvalFlags): Promise<readonly Wanted[]> => {
  const { usageError } = await import('../../../ground/errors.ts');
  const { fleet } = await session.fleet();
  const { requireAgent } = await import('../../../fleet/select.ts');
  if (agent !== undefined) requireAgent(fleet, agent);
  const own = fleet.agents
    .filter(({ name }) => agent === undefined || name === agent)
    .flatMap(({ name, evals }) => evals.map((path) => ({ path, agent: name })));
  const wanted = paths.length > 0 ? paths.map((path) => ({ path, agent: null })) : own;
  if (wanted.length === 0)
    throw usageError({
      code: 'suite_unnamed',
      message: agent === undefined ? 'no suite is named, and no agent has evals:' : `no suite is named, and ${agent} has no evals:`,
      hint: 'agentops eval run suites/support.yaml',
    });
  const [first, second] = wanted;
  const document = session.format === 'text' ? session.flags.output?.find((word) => word.includes('=')) : session.format;
  if (second !== undefined && resume !== undefined)
    throw usageError({
      code: 'flags_conflict',
      message: `${wanted.length} suites are meant, and --resume goes on with one run`,
      hint: `name one: agentops eval run ${first?.path ?? ''} --resume`,
    });
  if (second !== undefined && document !== undefined)
    throw usageError({
      code: 'flags_conflict',
      message: `${wanted.length} suites are meant, and ${document} is a document about one`,
      hint: `name one: agentops eval run ${first?.path ?? ''}`,
    });
  return wanted;
};
