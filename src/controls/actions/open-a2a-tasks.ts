import { type A2aCalls, callsAt } from '../../agents/protocols/a2a-calls.ts';
import { type A2aWish, cardUrls, isCard, pickInterface } from '../../agents/protocols/a2a-card.ts';
import { standings, stateName } from '../../agents/protocols/a2a-state.ts';
import { rpcErrorOf } from '../../agents/protocols/json-rpc.ts';
import type { ExchangeRequest } from '../../agents/protocols/send-exchange.ts';
import { type ApiTrouble, shapeTrouble, troubleError } from '../../clients/api-trouble.ts';
import type { JsonApi } from '../../clients/json-api.ts';
import { unableError } from '../../ground/errors.ts';
import { dig, digArray, digString, type Json } from '../../ground/json.ts';

/** The tasks of one A2A agent. What goes wrong with a look is thrown as `JsonApi.read` does. */
export interface A2aTasks {
  /** Ids of those that were taken or are worked on; null where the agent does not list its tasks. */
  inFlight(signal: AbortSignal): Promise<readonly string[] | null>;
  /** Whether a task is over, or unknown to the agent, and takes no more words. */
  isOver(id: string, signal: AbortSignal): Promise<boolean>;
  /** Asks the agent to give up a task. Null: it was taken, or was over already. */
  cancel(id: string, signal: AbortSignal): Promise<ApiTrouble | null>;
}

const activeStates = ['TASK_STATE_SUBMITTED', 'TASK_STATE_WORKING'];
/** A list that never ends must not hold a kill. */
const mostPages = 100;

/** Reads the agent's card, at one of its usual places below `url`; null: it is at none of them. */
export const openA2aTasks = async (api: JsonApi, url: string, wish: A2aWish, signal: AbortSignal): Promise<A2aTasks | null> => {
  for (const cardUrl of cardUrls(url)) {
    const headers = { 'a2a-version': wish.version ?? '1.0' };
    const { answer, trouble } = await ask(api, { method: 'GET', url: cardUrl, headers }, signal);
    if (trouble !== null && !isElsewhere(trouble)) throw troubleError(trouble);
    if (answer === null || !isCard(answer)) continue;
    const at = pickInterface(answer, cardUrl, wish);
    if (typeof at !== 'string') return tasksAt(api, callsAt(at));
    throw unableError({ code: 'a2a_no_interface', message: `${api.host()}: ${at}` });
  }
  return null;
};

/** The card is not here: the place is unknown, or a web page stands there. */
const isElsewhere = ({ code, status }: ApiTrouble): boolean => status === 404 || status === 405 || code === 'backend_malformed';

const tasksAt = (api: JsonApi, calls: A2aCalls): A2aTasks => {
  const listed = async (state: string, signal: AbortSignal): Promise<readonly string[] | null> => {
    const ids: string[] = [];
    let token = '';
    for (let page = 0; page < mostPages; page++) {
      const request = calls.listTasks(state, token);
      if (request === null) return null;
      const { answer, trouble } = await ask(api, request, signal);
      if (trouble !== null && isUnknownQuestion(trouble)) return null;
      if (trouble !== null) throw troubleError(trouble);
      const result = resultOf(answer);
      ids.push(...digArray(result, 'tasks').flatMap((task) => digString(task, 'id') ?? []));
      token = digString(result, 'nextPageToken') ?? '';
      if (token === '') break;
    }
    return ids;
  };
  return {
    async inFlight(signal) {
      const ids: string[] = [];
      for (const state of activeStates) {
        const some = await listed(state, signal);
        if (some === null) return null;
        ids.push(...some);
      }
      return ids;
    },
    async isOver(id, signal) {
      const { answer, trouble } = await ask(api, calls.getTask(id), signal);
      if (trouble !== null && isUnknownTask(trouble)) return true;
      if (trouble !== null) throw troubleError(trouble);
      const state = stateName(digString(resultOf(answer), 'status', 'state') ?? 'unknown');
      return ['done', 'failed', 'refused'].includes(standings.get(state) ?? 'pending');
    },
    async cancel(id, signal) {
      const { trouble } = await ask(api, calls.cancelTask(id), signal);
      return trouble !== null && (isUnknownTask(trouble) || isNotCancelable(trouble)) ? null : trouble;
    },
  };
};

/** JSON-RPC wraps its results. */
const resultOf = (answer: Json): Json => (dig(answer, 'result') as Json | undefined) ?? answer;

type Asked = { readonly answer: Json; readonly trouble: null } | { readonly answer: null; readonly trouble: ApiTrouble };

/** Sends a call of the protocol by its path: the card cannot lead to another host. An error of JSON-RPC is a trouble like any other. */
const ask = async (api: JsonApi, { method, url, headers = {}, body }: ExchangeRequest, signal: AbortSignal): Promise<Asked> => {
  const { pathname, searchParams } = new URL(url);
  const verb = method ?? 'POST';
  const query = Object.fromEntries(searchParams);
  const { answer, trouble } = await api.ask(
    { method: verb, path: pathname, query, headers, ...(body === undefined ? {} : { body }) },
    signal,
  );
  if (trouble !== null) return { answer: null, trouble };
  const error = rpcErrorOf(answer.json);
  if (error === null) return { answer: answer.json, trouble: null };
  const what = `error ${error.code ?? ''}: ${error.message}`;
  const isRefusal = error.code === null || !doubtfulCodes.includes(error.code);
  return {
    answer: null,
    trouble: { ...shapeTrouble(api.host(), `${verb} ${pathname}`, what), status: isRefusal ? 400 : 500, json: answer.json },
  };
};

/** Internal error: as with a 500, it may have begun. Source: JSON-RPC 2.0, section 5.1. */
const doubtfulCodes = [-32603];

/** Source: A2A 1.0, section 5.4; A2A 0.3, section 8.2. */
const names = (code: number, reason: string) => (trouble: ApiTrouble) => {
  const error = rpcErrorOf(trouble.json);
  return error?.code === code || error?.reason === reason || dig(trouble.json, 'code') === code;
};
const isUnknownTask = names(-32001, 'TASK_NOT_FOUND');
const isNotCancelable = names(-32002, 'TASK_NOT_CANCELABLE');
const isUnknownMethod = names(-32601, 'METHOD_NOT_FOUND');
const isUnsupported = names(-32004, 'UNSUPPORTED_OPERATION');

const isUnknownQuestion = (trouble: ApiTrouble): boolean =>
  isUnknownMethod(trouble) || isUnsupported(trouble) || [404, 405, 501].includes(trouble.status ?? 0);
