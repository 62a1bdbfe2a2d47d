import { requireAgent } from '../fleet/select.ts';
import { refusedError, usageError } from '../ground/errors.ts';
import { toUsd } from '../ground/units/amount.ts';
import { drawDrill } from '../oversight/providers/draw-drill.ts';
import { type DrillPlan, drilledChains, estimateOf, findingOfDrill, linkVerdict } from '../oversight/providers/drill.ts';
import { runDrill } from '../oversight/providers/run-drill.ts';
import { shellWord } from '../response/runbooks/next-command.ts';
import { drillOffer, providerDrillFormats } from '../views/providers-drill.ts';
import type { Outcome, Session } from './command.ts';

/** Asks every link of the chains of some agents, once that is confirmed. */
export const drillProviders = async (session: Session, names: readonly string[], isConfirmed: boolean): Promise<Outcome> => {
  const { ctx, terminal } = session;
  const { fleet } = await session.fleet();
  const named = names.map((name) => requireAgent(fleet, name));
  const agents = (named.length === 0 ? fleet.agents : named).filter(({ fallback }) => fallback.length > 0);
  const without = named.find(({ fallback }) => fallback.length === 0)?.name ?? fleet.agents[0]?.name ?? 'NAME';
  if (agents.length === 0)
    throw usageError({
      code: 'no_chain',
      message: named.length === 0 ? 'no agent has a fallback chain' : `${without} falls back on nothing`,
      hint: `name providers in agents.${without}.fallback, and how each is asked under providers`,
    });
  const plan = await drawDrill(ctx, fleet, agents);
  if (plan.probes.length > 0) await requireConfirmed(session, plan, names, isConfirmed);
  const probes = await runDrill(ctx, fleet, plan, ({ probe, done, of }) =>
    terminal.say(terminal.err.paint('dim', ctx.secrets.mask(`${done}/${of} ${probe.hop ?? ''}: ${probe.outcome.replace('_', ' ')}`))),
  );
  ctx.signal.throwIfAborted();
  const chains = drilledChains(plan, probes);
  const finding = findingOfDrill(chains);
  const hasFailed = chains.some(({ links }) => links.some((link) => linkVerdict(link) === 'failed'));
  return {
    finding,
    formats: providerDrillFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), plan, chains }),
    next: hasFailed ? ['agentops providers status'] : finding === 'none' ? ['agentops policy check'] : ['agentops explain agents.fallback'],
  };
};

/** Says what it asks and costs at most before anything is sent. Throws a refused error where nobody agrees. */
const requireConfirmed = async (
  { ctx, terminal, flags: { manifest } }: Session,
  plan: DrillPlan,
  names: readonly string[],
  isConfirmed: boolean,
): Promise<void> => {
  const offer = drillOffer(plan);
  const where = manifest === undefined ? [] : ['--manifest', manifest];
  const command = ['agentops', 'providers', 'drill', ...names, '--yes', ...where].map(shellWord).join(' ');
  if (isConfirmed || terminal.prompts !== null) terminal.say(offer);
  if (isConfirmed) return;
  const { mostNanos, unpriced } = estimateOf(plan);
  if (terminal.prompts === null)
    throw refusedError({
      code: 'confirmation_needed',
      message: `a drill sends ${offer}, and nobody is here to confirm it`,
      hint: command,
      details: { questions: plan.probes.length, estimate_usd: toUsd(mostNanos), unpriced_questions: unpriced, confirm_command: command },
    });
  if (await terminal.prompts.confirm('Ask them?', ctx.signal)) return;
  throw refusedError({ code: 'not_confirmed', message: 'it was not confirmed, and nothing was sent', hint: command });
};
