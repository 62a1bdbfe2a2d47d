import type { ApiTrouble } from '../../../clients/api-trouble.ts';
import { type LangGraph, type LangGraphRun, openLangGraph } from '../../../clients/langgraph.ts';
import { opener } from '../../../fleet/slots.ts';
import { plural } from '../../../ground/output/phrases.ts';
import type { Config } from '../configs/langgraph.ts';
import { afterPart, already, applied, effectOfBlindness, effectOfTrouble, rejected } from '../effect.ts';
import { openControlApi } from '../open-control-api.ts';
import type { ControlDriver, ControlWorld } from '../port.ts';

/** Runs may begin while others end (queued ones, callers that try again): what is found is cancelled this many times over. */
const mostRounds = 5;
/** Runs whose end is waited for at the same time. */
const crowd = 8;

/** Cancels the runs of a LangGraph Agent Server and waits for their end. Their checkpoints stay: they are evidence. */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'langgraph',
  open({ connection, assistant }, world) {
    const api = openControlApi(world, connection, 'LangGraph', (credential) => ({ 'x-api-key': credential }));
    const server = openLangGraph(api);
    const meant = async (signal: AbortSignal) =>
      (await server.assistants(signal)).filter(({ id, graph }) => assistant === undefined || id === assistant || graph === assistant);
    /** Null: every run of the server, also of assistants that were deleted since. */
    const scopeOf = async (signal: AbortSignal): Promise<Scope> =>
      assistant === undefined ? null : new Set((await meant(signal)).map(({ id }) => id));

    return {
      traits: { actions: ['kill'], readable: true, idempotent: true, stopsInFlight: true, effectMs: 0, expiresNatively: false },
      healthy: () => ({ in_flight: true }),
      async read(_action, signal) {
        const ours = await meant(signal);
        const graphs = [...new Set(ours.map(({ graph }) => graph))].sort();
        const scope = assistant === undefined ? null : new Set(ours.map(({ id }) => id));
        const crons = await cronsOf(server, scope, signal);
        return {
          exists: assistant === undefined || ours.length > 0,
          target: `${assistant === undefined ? 'every run' : `runs of ${assistant}`} at ${api.host()}`,
          touched: { in_flight: (await runsOf(server, scope, signal)).length > 0 },
          version: null,
          sharedWith: assistant === undefined && graphs.length > 1 ? graphs.map((graph) => `graph ${graph}`) : [],
          keepsRunning: crons === 0 ? null : `${plural(crons, 'cron')} may start new runs`,
        };
      },
      plan: ({ action }, { target, touched }) =>
        touched['in_flight'] === false
          ? null
          : {
              action,
              target,
              from: { in_flight: true },
              to: { in_flight: false },
              version: null,
              reversible: false,
              lasting: 'a cancelled run does not go on from where it was',
            },
      async apply({ target }, _key, signal) {
        let cancelled = 0;
        try {
          const scope = await scopeOf(signal);
          for (let round = 1; round <= mostRounds; round++) {
            const runs = await runsOf(server, scope, signal);
            const done = said(cancelled);
            if (runs.length === 0) return done === null ? already(`${target}: none is in flight`) : applied(`${target}: ${done}`);
            const trouble = await cancelRuns(server, runs, scope === null && round === 1, signal);
            if (trouble !== null) return afterPart(done, effectOfTrouble(trouble));
            cancelled += runs.length;
          }
        } catch (thrown) {
          return afterPart(said(cancelled), effectOfBlindness(thrown));
        }
        const evidence = `${target}: runs go on after they were cancelled ${mostRounds} times over, or new ones begin as fast`;
        return { result: 'unsure', retry: true, retryAfterMs: null, evidence };
      },
      async confirm(_change, signal) {
        return (await runsOf(server, await scopeOf(signal), signal)).length === 0 ? 'seen' : 'not-yet';
      },
      undo: async () => rejected('a cancelled run cannot be brought back'),
    };
  },
});

/** Ids of the assistants whose runs are meant; null: every run. */
type Scope = ReadonlySet<string> | null;

const said = (cancelled: number): string | null => (cancelled === 0 ? null : `${plural(cancelled, 'run')} cancelled`);

const runsOf = async (server: LangGraph, scope: Scope, signal: AbortSignal): Promise<readonly LangGraphRun[]> =>
  (await server.runsInFlight(signal)).filter(({ assistantId }) => scope === null || scope.has(assistantId));

const cronsOf = async (server: LangGraph, scope: Scope, signal: AbortSignal): Promise<number> => {
  const counts = await Promise.all([...(scope ?? [null])].map((id) => server.crons(id, signal)));
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
};

/** Cancels each run; in one question where every run of the server is meant and it knows that question. Null: all of it was taken. */
const cancelRuns = async (
  server: LangGraph,
  runs: readonly LangGraphRun[],
  isEveryRun: boolean,
  signal: AbortSignal,
): Promise<ApiTrouble | null> => {
  if (isEveryRun && runs.length > 1) {
    const trouble = await server.cancelAll(signal);
    if (trouble === null || !isUnknownQuestion(trouble)) return trouble;
  }
  for (let at = 0; at < runs.length; at += crowd) {
    const troubles = await Promise.all(runs.slice(at, at + crowd).map((run) => server.cancel(run, signal)));
    const first = troubles.find((trouble) => trouble !== null);
    if (first !== undefined) return first;
  }
  return null;
};

/** The development server, and others that speak the protocol, do not cancel in bulk. */
const isUnknownQuestion = ({ status }: ApiTrouble): boolean => status !== null && [404, 405, 422, 501].includes(status);
