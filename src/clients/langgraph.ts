import { digString, type Json } from '../ground/json.ts';
import { type ApiTrouble, shapeTrouble, troubleError } from './api-trouble.ts';
import type { JsonApi } from './json-api.ts';

export interface LangGraphAssistant {
  readonly id: string;
  readonly graph: string;
}

export interface LangGraphRun {
  readonly threadId: string;
  readonly runId: string;
  readonly assistantId: string;
}

/** What is running on a LangGraph Agent Server, and how it is stopped. Whatever goes wrong with a list is thrown as `JsonApi.read` does. */
export interface LangGraph {
  assistants(signal: AbortSignal): Promise<readonly LangGraphAssistant[]>;
  /** Runs that wait or go on, those without a thread of their own included. */
  runsInFlight(signal: AbortSignal): Promise<readonly LangGraphRun[]>;
  /** How many schedules start runs of an assistant, or of any (null); null where the server does not tell. */
  crons(assistantId: string | null, signal: AbortSignal): Promise<number | null>;
  /** Ends one run and waits for its end; its checkpoints stay. Null: it is ended, or was gone. */
  cancel(run: LangGraphRun, signal: AbortSignal): Promise<ApiTrouble | null>;
  /** Asks every run of the server to end, and does not wait. Null: asked. Servers without this question answer 404. */
  cancelAll(signal: AbortSignal): Promise<ApiTrouble | null>;
}

/** The most that one list answers. */
const pageSize = 100;
/** More pages than any server in use; a list that never ends must not hold a kill. */
const mostPages = 1000;
const crowd = 8;

/** Source: the API reference of LangGraph Agent Server, runs, threads and crons; `langgraphjs dev` 2.0.0. */
export const openLangGraph = (api: JsonApi): LangGraph => {
  const list = async (path: string, body: { readonly [key: string]: Json }, signal: AbortSignal): Promise<readonly Json[]> => {
    const rows: Json[] = [];
    for (let page = 0; page < mostPages; page++) {
      const { answer, trouble } = await api.ask(
        { method: 'POST', path, body: { ...body, limit: pageSize, offset: page * pageSize }, repeatable: true },
        signal,
      );
      if (trouble !== null) throw troubleError(trouble);
      if (!Array.isArray(answer.json)) throw troubleError(shapeTrouble(api.host(), `POST ${path}`, 'something that is not a list'));
      rows.push(...(answer.json as readonly Json[]));
      if (answer.json.length < pageSize) break;
    }
    return rows;
  };
  const runsOf = async (threadId: string, status: string, signal: AbortSignal): Promise<readonly LangGraphRun[]> => {
    const path = `/threads/${encodeURIComponent(threadId)}/runs`;
    const { answer, trouble } = await api.ask({ path, query: { status, limit: pageSize } }, signal);
    if (trouble?.status === 404) return []; // the thread of a run without one goes with it
    if (trouble !== null) throw troubleError(trouble);
    return (Array.isArray(answer.json) ? (answer.json as readonly Json[]) : []).flatMap((run) => {
      const runId = digString(run, 'run_id');
      // Servers that do not know the filter answer every run.
      if (runId === null || digString(run, 'status') !== status) return [];
      return [{ threadId, runId, assistantId: digString(run, 'assistant_id') ?? '' }];
    });
  };
  const send = async (path: string, query: Record<string, string>, body: Json, signal: AbortSignal): Promise<ApiTrouble | null> => {
    // `interrupt`: a rollback would delete the run and what it left behind.
    const request = { method: 'POST', path, query: { ...query, action: 'interrupt' }, body, emptyOk: true } as const;
    const { trouble } = await api.ask(request, signal);
    return trouble;
  };

  return {
    assistants: async (signal) =>
      (await list('/assistants/search', {}, signal)).flatMap((row) => {
        const id = digString(row, 'assistant_id');
        return id === null ? [] : [{ id, graph: digString(row, 'graph_id') ?? '' }];
      }),
    async runsInFlight(signal) {
      const threads = (await list('/threads/search', { status: 'busy' }, signal)).flatMap((row) => digString(row, 'thread_id') ?? []);
      const runs: LangGraphRun[] = [];
      for (let at = 0; at < threads.length; at += crowd) {
        const some = threads.slice(at, at + crowd).flatMap((id) => [runsOf(id, 'running', signal), runsOf(id, 'pending', signal)]);
        runs.push(...(await Promise.all(some)).flat());
      }
      return runs;
    },
    async crons(assistantId, signal) {
      const body = { limit: pageSize, ...(assistantId === null ? {} : { assistant_id: assistantId }) };
      const { answer } = await api.ask({ method: 'POST', path: '/runs/crons/search', body }, signal);
      return answer !== null && Array.isArray(answer.json) ? answer.json.length : null;
    },
    async cancel({ threadId, runId }, signal) {
      const path = `/threads/${encodeURIComponent(threadId)}/runs/${encodeURIComponent(runId)}/cancel`;
      const trouble = await send(path, { wait: 'true' }, {}, signal);
      return trouble !== null && isOver(trouble) ? null : trouble;
    },
    cancelAll: (signal) => send('/runs/cancel', {}, { status: 'all' }, signal),
  };
};

/** How servers say that a run is no longer there to be ended, or has ended: whether it has is seen when runs are listed again. */
const isOver = ({ status }: ApiTrouble): boolean => status !== null && [400, 404, 409, 410, 422].includes(status);
