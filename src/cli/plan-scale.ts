import type { Fleet } from '../fleet/agent.ts';
import { refusedError, unableError, usageError } from '../ground/errors.ts';
import { drawPlan } from '../response/runbooks/draw-plan.ts';
import { obstaclesOf } from '../response/runbooks/plan.ts';
import { collectScale } from '../response/scale/collect-scale.ts';
import type { ScaleView } from '../response/scale/scale-view.ts';
import { type ScalePlanned, scalePlanFormats } from '../views/scale-plan.ts';
import { type AskedRunbook, askedRunbook } from './asked-runbook.ts';
import { carryOut } from './carry-out.ts';
import type { Outcome, Session } from './command.ts';
import { confirmCommandOf } from './confirm-command.ts';
import type { ConfirmFlags } from './confirm-plan.ts';
import { openAids } from './plan-aids.ts';
import { queuedAgents, scaleNews } from './show-scale.ts';

/** How many workers agents should have, why, and what would be done. Nothing is changed. */
export const planScale = async (session: Session, name: string | null): Promise<Outcome> => {
  const { fleet } = await session.fleet();
  const { views, problems } = await look(session, fleet, name);
  const planned: ScalePlanned[] = [];
  for (const view of views) planned.push({ view, plan: await planOf(session, fleet, view) });
  const exit = exitOf(planned);
  const moving = planned.find(({ plan }) => plan !== null && obstaclesOf(plan.plan).length === 0);
  return {
    finding: 'none',
    formats: scalePlanFormats({ fleet: fleet.name, generatedAt: session.ctx.clock.now(), planned, problems }),
    ...(exit === null ? {} : { exits: { text: exit, json: exit } }),
    next: moving === undefined ? [] : [`agentops scale apply ${moving.view.agent}`],
  };
};

/** Gives an agent as many workers as it should have, as a run like any other. Where there are as many, nothing is done. */
export const applyPlannedScale = async (session: Session, name: string, flags: ConfirmFlags): Promise<Outcome> => {
  const { fleet } = await session.fleet();
  const { views, problems } = await look(session, fleet, name);
  const [view] = views;
  if (view === undefined) throw unableError({ code: 'queue_unread', message: `the queue of ${name} was not read`, hint: 'try again' });
  requireDecided(view);
  if (view.decision.move === 'hold')
    return {
      finding: 'none',
      formats: scalePlanFormats({ fleet: fleet.name, generatedAt: session.ctx.clock.now(), planned: [{ view, plan: null }], problems }),
    };
  session.terminal.say(session.ctx.secrets.mask(`${name}: ${view.decision.why}`));
  return carryOut(session, await askedScale(session, view), flags);
};

const look = ({ ctx, terminal }: Session, fleet: Fleet, name: string | null) =>
  collectScale(ctx, fleet, { agents: queuedAgents(fleet, name), looksTwice: true, controls: 'all' }, scaleNews({ terminal }));

const askedScale = (session: Session, { agent, decision }: ScaleView): Promise<AskedRunbook> =>
  askedRunbook(session, 'scale', { agent, param: [`replicas=${decision.wanted}`] });

const planOf = async (session: Session, fleet: Fleet, view: ScaleView): Promise<ScalePlanned['plan']> => {
  if (view.decision.move === 'hold' || view.control === null) return null;
  const { ctx } = session;
  const asked = await askedScale(session, view);
  const plan = await drawPlan(ctx, fleet, { ...asked, aids: await openAids(ctx, fleet, false) });
  return { runbook: asked.runbook, plan, source: 'live', stale: null, confirmCommand: confirmCommandOf(session, asked, plan, {}) };
};

/** What cannot be done outranks what is not known. Null: nothing is wrong. */
const exitOf = (planned: readonly ScalePlanned[]): 2 | 3 | null => {
  const kinds = planned.flatMap(({ plan }) => (plan === null ? [] : obstaclesOf(plan.plan).map(({ obstacle }) => obstacle.kind)));
  const isBlind = planned.some(({ view }) => view.decision.cause === 'unknown');
  if (kinds.some((kind) => kind === 'unbound' || kind === 'impossible')) return 2;
  return isBlind || kinds.length > 0 ? 3 : null;
};

/** Throws where it holds for want of something that a person can give, or because something forbids it. */
const requireDecided = ({ agent, decision, control }: ScaleView): void => {
  const { cause, why, move } = decision;
  if (cause === 'unknown')
    throw unableError({ code: 'scale_unknown', message: `${agent}: ${why}`, hint: `agentops scale show ${agent} --verbose` });
  if (cause === 'guarded') throw refusedError({ code: 'scale_guarded', message: `${agent}: ${why}`, hint: `agentops alerts list` });
  if (cause === 'held') throw refusedError({ code: 'scale_held', message: `${agent}: ${why}`, hint: 'agentops mitigations list' });
  if (cause === 'stopped') throw refusedError({ code: 'scale_stopped', message: `${agent}: ${why}`, hint: `agentops enable ${agent}` });
  if (cause === 'no_max')
    throw usageError({ code: 'scale_unbounded', message: `${agent}: ${why}`, hint: `add scale: { max: … } to agents.${agent}` });
  if (move !== 'hold' && control === null)
    throw usageError({
      code: 'scale_unbound',
      message: `${agent} has nothing that changes the number of its workers`,
      hint: `add controls.scale to agents.${agent}, or let a scaler take the number from agentops serve`,
    });
};
