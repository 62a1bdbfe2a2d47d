import { mitigationsOfRun } from '../controls/actions/mitigations.journal.ts';
import type { RunNews, RunResult, RunStatus } from '../response/runbooks/run.ts';
import { pauseLine, quietLine, runFormats, stepLine } from '../views/runbook-run.ts';
import type { Outcome, Session } from './command.ts';
import type { Finding } from './exit-codes.ts';
import { tellPeople } from './tell-people.ts';

const findings: Readonly<Record<RunStatus, Finding>> = {
  running: 'none',
  waiting: 'handover',
  paused: 'handover',
  done: 'none',
  failed: 'found',
  undone: 'found',
  aborted: 'none',
};

/** A run as the answer of a command. @param wanted a status that is no finding, since it was asked for */
export const runOutcome = async ({ ctx, fleet: load }: Session, result: RunResult, wanted: RunStatus | null = null): Promise<Outcome> => {
  const { fleet } = await load();
  const mitigations = await mitigationsOfRun(await ctx.journal(), result.run.id);
  const { status, run } = result;
  return {
    finding: status === wanted ? 'none' : findings[status],
    formats: runFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), result, mitigations }),
    // What was interrupted stands where it says: that is the answer, and not the signal.
    outlastsSignal: true,
    next: [
      ...(result.resumeCommand === null ? [] : [result.resumeCommand]),
      ...(mitigations.some((each) => each.status !== 'reverted') ? ['agentops mitigations list'] : []),
      ...run.agents.slice(0, 1).map((agent) => `agentops audit log --subject ${agent}`),
    ],
  };
};

/** Tells the news of a run on stderr, a line each time a step moves, and what goes on with it where it is interrupted. */
export const newsTeller = ({ ctx, terminal }: Pick<Session, 'ctx' | 'terminal'>): ((news: RunNews) => void) => {
  const say = (line: string) => terminal.say(ctx.secrets.mask(line));
  let resumeCommand: string | null = null;
  ctx.signal.addEventListener('abort', () => {
    if (resumeCommand !== null) say(`stopping after this step; Ctrl-C again leaves at once. To go on: ${resumeCommand}`);
  });
  return (news) => {
    if (news.kind === 'started') {
      resumeCommand = news.resumeCommand;
      say(terminal.err.paint('dim', `run ${news.run.id}`));
    } else if (news.kind === 'pause') say(pauseLine(terminal.err, news.step, news.ms, news.why));
    else if (news.kind === 'quiet') say(quietLine(terminal.err, news.agent, news.ms, news.why));
    else say(stepLine(terminal.err, news.step, news.doing));
  };
};

/** Carries something out for a run, tells people what it left in the outbox, and answers how the run stands. */
export const answeredRun = async (
  session: Session,
  work: (on: (news: RunNews) => void) => Promise<RunResult>,
  wanted: RunStatus | null = null,
): Promise<Outcome> => {
  const { fleet } = await session.fleet();
  const result = await work(newsTeller(session));
  if (Object.keys(fleet.notify).length > 0) await tellPeople(session, fleet);
  return runOutcome(session, result, wanted);
};
