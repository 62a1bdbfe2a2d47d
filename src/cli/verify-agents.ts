import type { Fleet } from '../fleet/agent.ts';
import { everything } from '../fleet/select.ts';
import { silentProgress } from '../ground/runtime/terminal-progress.ts';
import { counts } from '../oversight/status/suppression.ts';
import type { Verifiers } from '../response/runbooks/open-run-aids.ts';
import type { Judgement } from '../response/runbooks/run.ts';
import { checkFleet, defaultCheckOptions } from './check-fleet.ts';
import type { Outcome, Session } from './command.ts';
import type { Finding } from './exit-codes.ts';

const verdicts: Readonly<Record<Finding, Judgement['verdict']>> = {
  none: 'pass',
  found: 'fail',
  no_verdict: 'inconclusive',
  refused: 'inconclusive',
  handover: 'inconclusive',
};

/** The run that is judged for shows how it goes; two lists would draw over each other. */
const beneath = (session: Session): Session => ({
  ...session,
  terminal: { ...session.terminal, startProgress: async () => silentProgress(session.terminal.err) },
});

/** Judges agents for a run as `agentops health` and `agentops eval run` judge them. */
export const verifiersOf = (session: Session): Verifiers => ({
  check: async (agent, check) => {
    const { fleet } = await session.fleet();
    const checks = check === '*' ? askable(fleet, agent) : [check];
    if (checks.length === 0) return { verdict: 'inconclusive', evidence: `${agent} has no check that could be asked now` };
    const selection = { ...everything, agents: [agent], checks };
    const { report, outcome } = await checkFleet(beneath(session), selection, defaultCheckOptions);
    const [judged] = report.agents.filter(counts);
    const evidence =
      judged === undefined ? `${agent} does not count just now` : [`${agent} is ${judged.state}`, ...judged.reasons].join(': ');
    return { verdict: verdicts[outcome.finding], evidence };
  },
  eval: async (agent, suite) => {
    const { runEval } = await import('./run-eval.ts');
    const outcome: Outcome = await runEval(beneath(session), suite, { agent, concurrency: 4, seed: 1, store: true });
    return { verdict: verdicts[outcome.finding], evidence: `suite ${suite} on ${agent}: agentops eval runs tells more` };
  },
});

/** The checks of an agent that can be asked at once: a heartbeat comes when it comes. */
const askable = ({ agents }: Pick<Fleet, 'agents'>, name: string): readonly string[] =>
  agents
    .filter((agent) => agent.name === name)
    .flatMap(({ checks }) => checks.filter(({ kind }) => kind !== 'heartbeat').map(({ id }) => id));
