import { mitigationsOfRun } from '../controls/actions/mitigations.journal.ts';
import type { RunNews, RunResult, RunStatus } from '../response/runbooks/run.ts';
import { runFormats } from '../views/runbook-run.ts';
import type { Outcome, Session } from './command.ts';
import type { Finding } from './exit-codes.ts';
import { openRunNews } from './run-news.ts';
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

/** Carries something out for a run, tells people what it left in the outbox, and answers how the run stands. */
export const answeredRun = async (
  session: Session,
  work: (on: (news: RunNews) => void) => Promise<RunResult>,
  wanted: RunStatus | null = null,
): Promise<Outcome> => {
  const { fleet } = await session.fleet();
  const news = await openRunNews(session);
  const result = await work(news.on).finally(news.close);
  if (Object.keys(fleet.notify).length > 0) await tellPeople(session, fleet);
  return runOutcome(session, result, wanted);
};
