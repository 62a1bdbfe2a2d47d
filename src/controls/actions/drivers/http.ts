import { troubleError } from '../../../clients/api-trouble.ts';
import type { JsonApi } from '../../../clients/json-api.ts';
import { opener } from '../../../fleet/slots.ts';
import { usageError } from '../../../ground/errors.ts';
import type { Json } from '../../../ground/json.ts';
import type { Config } from '../configs/http.ts';
import { applied, effectOfTrouble } from '../effect.ts';
import { openControlApi } from '../open-control-api.ts';
import { openTemplated } from '../open-templated.ts';
import type { Change, ControlDriver, ControlWorld, Effect, Observed } from '../port.ts';
import { fillJson, fillPath, type Values } from '../template.ts';
import { doing, fillingOf, holds, plannedChange, type Reading, readValues, requirePlaces } from '../templated.ts';

type Request = Pick<Config, 'method' | 'path' | 'body'>;

/**
 * One request to a connection of the manifest, for what has no driver of its own. The host is that of the connection whatever a value says,
 * no redirect is followed and no link-local address is reached.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'http',
  open: (control, world) => {
    const { header = 'authorization', prefix = 'Bearer ' } = control.credential ?? {};
    const api = openControlApi(world, control.connection, control.connection, (credential) => ({ [header]: `${prefix}${credential}` }));
    const reading: Reading = { values: control.read?.values ?? null, wants: control.wants ?? {} };
    const fixed: Values = { agent: world.agent, actor: world.actor };
    const headers = () =>
      Object.fromEntries(Object.entries(control.headers ?? {}).map(([name, value]) => [name, world.secrets.reveal(value)]));
    const look = (signal: AbortSignal) => observe(control, { api, headers }, signal);

    const set = async (change: Change, direction: 'there' | 'back', key: string, signal: AbortSignal): Promise<Effect> => {
      const asked = direction === 'there' ? control : control.undo;
      if (asked === undefined) throw new Error('a change without a way back was asked to be undone');
      return sendRequest(control, { api, headers }, asked, { ...fixed, ...fillingOf(change, direction, reading.values), key }, key, signal);
    };
    return {
      ...openTemplated(control, reading, { look, set }),
      plan(want, now) {
        if (!now.exists) throw missing(now.target);
        requirePlaces(want, [control.path, control.body ?? null, control.undo?.path ?? null, control.undo?.body ?? null], reading);
        const values: Values = { ...fixed, ...reading.wants, ...want.params, key: '' };
        const { path } = fillPath(control.path, values);
        fillJson(control.body ?? null, values);
        const lasting = control.undo === undefined ? 'the control names no request that takes it back' : null;
        return plannedChange(want, now, reading, `${control.method ?? 'POST'} ${path}`, lasting);
      },
    };
  },
});

const missing = (target: string) =>
  usageError({ code: 'target_missing', message: `there is no ${target}`, hint: 'check the path of read: in the control' });

interface Place {
  readonly api: JsonApi;
  /** Those of the control, with what their references stand for. */
  headers(): Readonly<Record<string, string>>;
}

const observe = async ({ connection, path, read }: Config, { api, headers }: Place, signal: AbortSignal): Promise<Observed> => {
  const seen = { version: null, sharedWith: [], keepsRunning: null };
  if (read === undefined) return { ...seen, exists: true, target: `${path} at ${connection}`, touched: { [doing]: null } };
  const target = `${read.path} at ${connection}`;
  const { answer, trouble } = await api.ask({ ...fillPath(read.path, {}), headers: headers() }, signal);
  if (trouble === null) return { ...seen, exists: true, target, touched: readValues(read.values, answer.json) };
  if (trouble.status === 404) return { ...seen, exists: false, target, touched: readValues(read.values, null) };

  throw troubleError(trouble);
};

const sendRequest = async (
  { ok }: Config,
  { api, headers }: Place,
  { method = 'POST', path, body }: Request,
  values: Values,
  key: string,
  signal: AbortSignal,
): Promise<Effect> => {
  const where = fillPath(path, values);
  const { answer, trouble } = await api.ask(
    {
      ...where,
      method,
      ...(body === undefined ? {} : { body: fillJson(body, values) }),
      headers: { ...headers(), 'idempotency-key': key.replace(/[^\x20-\x7e]/g, '?') },
      emptyOk: true,
      textOk: true,
    },
    signal,
  );
  const said = `${method} ${where.path}`;
  const status = answer?.head.status ?? trouble?.status ?? null;
  const isListed = ok?.status === undefined ? trouble === null : status !== null && ok.status.includes(status);
  const json: Json = answer?.json ?? trouble?.json ?? null;
  if (isListed && holds(ok?.where ?? {}, json)) return applied(`${said}: HTTP ${status}`);
  if (trouble !== null) return effectOfTrouble(trouble);
  const evidence = `${said}: HTTP ${status}, which is not the answer that ok: asks for`;
  return { result: 'unsure', retry: false, retryAfterMs: null, evidence };
};
