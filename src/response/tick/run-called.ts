import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { Alert } from '../../oversight/alerts/alert.ts';
import { agentNamed } from '../../oversight/alerts/subject.ts';
import { loadRunbooks } from '../runbooks/load-runbooks.ts';
import type { Verifiers } from '../runbooks/open-run-aids.ts';
import { alertsOfAgents } from '../runbooks/outage-alerts.ts';
import { findRuns } from '../runbooks/runs.journal.ts';
import { callsFor } from '../runbooks/trigger.ts';
import { askApproval } from './ask-approval.ts';
import type { CalledRun } from './called-run.ts';
import { resumeCalled, startCalled } from './start-called.ts';

/** Runs that go on, each by itself. */
export interface Calling {
  readonly settled: Promise<readonly CalledRun[]>;
}

const mostRuns = 1000;

/**
 * Starts the runbooks that firing alerts call for and that may start by themselves, asks people for those that want their approval, and goes
 * on with those that were approved meanwhile, or killed. One firing of an alert starts or asks for one run at most, whoever evaluates it and
 * however often; what is not vouched for, what is kept quiet, and what a guardrail or a freeze holds back does not begin.
 */
export const runCalled = async (ctx: Context, fleet: Fleet, firing: readonly Alert[], verifiers: Verifiers): Promise<Calling> => {
  const runbooks = (await loadRunbooks(ctx, fleet)).flatMap(({ runbook }) => runbook ?? []);
  const names = fleet.agents.map(({ name }) => name);
  const calls = new Map<string, (() => Promise<CalledRun | null>)[]>();
  const called = new Set<string>();
  for (const alert of firing.flatMap((each) => alertsOfAgents(fleet, each))) {
    const isQuiet = alert.quiet !== null && alert.quiet.by !== 'ack';
    if (isQuiet) continue;
    const wanted = callsFor(runbooks, { ...alert, agent: agentNamed(alert.agent) }, names);
    const auto = wanted.find(({ mode }) => mode === 'auto');
    const asking = wanted.filter(({ mode }) => mode === 'approve');
    const first = auto ?? asking[0];
    if (first === undefined) continue;
    // Several measures of one rule are one call; several rules may call for the same thing, and each has its own right to it.
    const once = JSON.stringify([first.runbook.name, alert.agent, alert.rule]);
    if (called.has(once)) continue;
    called.add(once);
    const key = JSON.stringify([first.runbook.name, alert.agent]);
    const begin = () =>
      auto === undefined ? askApproval(ctx, fleet, alert, asking, verifiers) : startCalled(ctx, fleet, alert, auto, verifiers);
    calls.set(key, [...(calls.get(key) ?? []), begin]);
  }
  const open = await findRuns(await ctx.journal(), { since: 0, open: true }, mostRuns);
  const going = open.filter(({ head, status, isUnbegun }) => head.cause.kind === 'alert' && (status === 'running' || isUnbegun === true));
  const runs = [
    ...going.map((run) => () => resumeCalled(ctx, fleet, run, verifiers)),
    ...[...calls.values()].map((starts) => () => firstBegun(starts)),
  ].map((run) => run());
  return { settled: Promise.all(runs).then((ended) => ended.filter((each) => each !== null)) };
};

/** What comes of several alerts that call for the same thing: the first that may begin it does, and one that may not keeps no other from it. */
const firstBegun = async (starts: readonly (() => Promise<CalledRun | null>)[]): Promise<CalledRun | null> => {
  let held: CalledRun | null = null;
  for (const start of starts) {
    const run = await start();
    if (run !== null && run.status !== 'held') return run;
    held ??= run;
  }
  return held;
};
