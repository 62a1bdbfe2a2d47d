import { dirname, join } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import type { DoctorReport } from '../views/doctor.ts';
import type { Session } from './command.ts';
import { diagnoseMachine } from './diagnose-machine.ts';
import { diagnoseManifest, diagnoseReferences } from './diagnose-manifest.ts';
import { diagnoseState } from './diagnose-state.ts';
import type { Diagnosed } from './diagnosed.ts';

export interface DiagnoseOptions {
  /** Milliseconds for one endpoint or backend; null: as is usual. */
  readonly timeoutMs: number | null;
  readonly offline: boolean;
  /** Also where each setting came from. */
  readonly settings: boolean;
  /** Also what runbooks could do to each agent; endpoints and backends are then not asked. */
  readonly runbooks: boolean;
  /** Tells a person what is being looked at. */
  on(phase: string): void;
}

const usualTimeoutMs = 5000;

/** Looks at everything a check needs, from this machine to the last endpoint; what one part lacks does not keep the others from being looked at. */
export const diagnose = async (
  session: Session,
  { timeoutMs: given, offline, settings, runbooks, on }: DiagnoseOptions,
): Promise<DoctorReport> => {
  const { ctx, cwd, terminal, version } = session;
  const timeoutMs = given ?? usualTimeoutMs;
  const machine = await diagnoseMachine(ctx.env, terminal, version);
  const { place, loaded, findings: manifest } = await diagnoseManifest(session);
  const references = place !== null && ctx.files.exists(place.path) ? diagnoseReferences(ctx, place.path, cwd) : [];
  const folder = loaded?.fleet.stateFolder ?? join(place === null ? cwd : dirname(place.path), '.agentops');
  const state = await diagnoseState(loaded === null ? null : ctx, folder, loaded?.fleet.database ?? null);
  const findings = [
    ...machine,
    ...manifest,
    ...references,
    ...state,
    ...(loaded !== null && state.some(({ name, state: found }) => name === 'journal' && found === 'ok')
      ? [...(await budgets(session, loaded.fleet)), ...(await chains(session, loaded.fleet))]
      : []),
    ...(loaded === null || state.some(({ name, state: found }) => name === 'journal' && found === 'fail')
      ? []
      : await runaways(session, loaded.fleet)),
    ...(loaded === null ? [] : await channels(session, loaded.fleet)),
    ...(loaded === null || runbooks ? [] : await network(session, loaded.fleet, { timeoutMs, offline, on })),
  ];
  const readiness = loaded === null || !runbooks ? null : await readinessOf(session, loaded.fleet, { timeoutMs, offline, on });
  findings.push(...(readiness?.findings ?? []));
  if (settings) {
    const { diagnoseSettings } = await import('./diagnose-settings.ts');
    findings.push(...diagnoseSettings(session, loaded, timeoutMs, given !== null));
  }
  return {
    fleet: loaded?.fleet.name ?? null,
    generatedAt: ctx.clock.now(),
    verdict: verdictOf(findings),
    findings,
    readiness: readiness?.rows ?? null,
  };
};

const budgets = async ({ ctx }: Session, fleet: Fleet): Promise<readonly Diagnosed[]> => {
  const { diagnoseBudgets } = await import('./diagnose-budgets.ts');
  return diagnoseBudgets(ctx, fleet);
};

const chains = async ({ ctx }: Session, fleet: Fleet): Promise<readonly Diagnosed[]> => {
  const { diagnoseChains } = await import('./diagnose-chains.ts');
  return diagnoseChains(ctx, fleet);
};

const channels = async ({ ctx }: Session, fleet: Fleet): Promise<readonly Diagnosed[]> => {
  const { diagnoseChannels } = await import('./diagnose-channels.ts');
  return diagnoseChannels(fleet, ctx.clock.now());
};

const runaways = async ({ ctx }: Session, fleet: Fleet): Promise<readonly Diagnosed[]> => {
  const { diagnoseRunaways } = await import('./diagnose-runaways.ts');
  return diagnoseRunaways(ctx, fleet);
};

const readinessOf = async (
  { ctx }: Session,
  fleet: Fleet,
  { timeoutMs, offline, on }: Pick<DiagnoseOptions, 'offline' | 'on'> & { timeoutMs: number },
) => {
  const { diagnoseRunbooks } = await import('./diagnose-runbooks.ts');
  return diagnoseRunbooks(ctx, fleet, { timeoutMs, offline, on: (done, total) => on(`${done}/${total} controls looked at`) });
};

const network = async (
  { ctx }: Session,
  fleet: Fleet,
  { timeoutMs, offline, on }: Pick<DiagnoseOptions, 'offline' | 'on'> & { timeoutMs: number },
): Promise<readonly Diagnosed[]> => {
  const { diagnoseNetwork } = await import('./diagnose-network.ts');
  return diagnoseNetwork(ctx, fleet, { timeoutMs, offline, on: (done, total) => on(`${done}/${total} endpoints and backends asked`) });
};

/** What is looked after comes first: somebody has to act on it, whatever else this machine lacks. */
export const verdictOf = (findings: readonly Diagnosed[]): DoctorReport['verdict'] => {
  const failed = findings.filter(({ state }) => state === 'fail');
  if (failed.some(({ fault }) => fault === 'target')) return 'wrong';
  return failed.length > 0 ? 'cannot_work' : 'ok';
};
