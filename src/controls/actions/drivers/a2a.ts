import { opener } from '../../../fleet/slots.ts';
import { unableError, usageError } from '../../../ground/errors.ts';
import type { Json } from '../../../ground/json.ts';
import { plural } from '../../../ground/output/phrases.ts';
import type { Config } from '../configs/a2a.ts';
import { afterPart, already, applied, effectOfBlindness, effectOfTrouble, rejected } from '../effect.ts';
import { type A2aTasks, openA2aTasks } from '../open-a2a-tasks.ts';
import { bearer, openControlApi } from '../open-control-api.ts';
import type { Change, ControlDriver, ControlWorld } from '../port.ts';

/** Agents start tasks while others are cancelled: what is new is cancelled this many times over. */
const mostRounds = 5;

/**
 * Cancels tasks of an agent that speaks A2A: all that it lists as submitted or working (1.0), or those whose ids the step names (0.3 has no
 * list). Cancelling is a request to the agent: `confirm` looks whether it was heard.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'a2a',
  open({ connection, version, binding, effect }, world) {
    const api = openControlApi(world, connection, 'A2A agent', bearer, (url) => new URL(url).origin);
    const wish = { version: version === 'auto' ? null : version, binding: binding === 'auto' ? null : binding };
    const reach = (signal: AbortSignal) => openA2aTasks(api, world.secrets.reveal(world.connection(connection).url), wish, signal);
    const reached = async (signal: AbortSignal): Promise<A2aTasks> => {
      const tasks = await reach(signal);
      if (tasks !== null) return tasks;
      throw unableError({ code: 'a2a_no_card', message: `there is no agent card at ${api.host()}`, details: { status: 404 } });
    };
    return {
      traits: { actions: ['kill'], readable: true, idempotent: true, stopsInFlight: true, effectMs: effect, expiresNatively: false },
      healthy: () => ({ in_flight: true }),
      async read(_action, signal) {
        const tasks = await reach(signal);
        const ids = tasks === null ? null : await tasks.inFlight(signal);
        return {
          exists: tasks !== null,
          target: `tasks at ${api.host()}`,
          touched: { in_flight: ids === null ? null : ids.length > 0 },
          version: null,
          sharedWith: [],
          keepsRunning: null,
        };
      },
      plan({ action, params }, { target, touched }) {
        const isQuiet = touched['in_flight'] === false;
        const named = namedTasks(params['tasks']);
        if (isQuiet) return null;
        if (named === null && touched['in_flight'] === null) throw mustBeNamed(target);
        const fields: Pick<Change, 'from' | 'to'> =
          named === null ? { from: { in_flight: true }, to: { in_flight: false } } : { from: { tasks: null }, to: { tasks: named } };
        return {
          action,
          target,
          ...fields,
          version: null,
          reversible: false,
          lasting: 'a cancelled task does not go on from where it was',
        };
      },
      async apply(change, _key, signal) {
        const asked = new Set<string>();
        const done = () => (asked.size === 0 ? null : `${plural(asked.size, 'task')} asked to end`);
        try {
          const tasks = await reached(signal);
          for (let round = 1; round <= mostRounds; round++) {
            const found = (await goingOn(tasks, change, signal)).filter((id) => !asked.has(id));
            if (found.length === 0) break;
            for (const id of found) {
              const trouble = await tasks.cancel(id, signal);
              if (trouble !== null) return afterPart(done(), effectOfTrouble(trouble));
              asked.add(id);
            }
          }
        } catch (thrown) {
          return afterPart(done(), effectOfBlindness(thrown));
        }
        const said = done();
        return said === null ? already(`${change.target}: none is in flight`) : applied(`${change.target}: ${said}`);
      },
      async confirm(change, signal) {
        return (await goingOn(await reached(signal), change, signal)).length === 0 ? 'seen' : 'not-yet';
      },
      undo: async () => rejected('a cancelled task cannot be brought back'),
    };
  },
});

/** The ids that a step names; null: it names none. */
const namedTasks = (given: Json | undefined): readonly string[] | null => {
  if (given === undefined || given === null) return null;
  const ids = typeof given === 'string' ? given.split(',').map((id) => id.trim()) : Array.isArray(given) ? (given as readonly Json[]) : [];
  const texts = ids.filter((id) => typeof id === 'string' && id !== '') as readonly string[];
  if (texts.length > 0 && texts.length === ids.length) return texts;
  throw usageError({
    code: 'tasks_invalid',
    message: 'tasks must be ids of tasks',
    hint: 'give a list of ids, or none for all that the agent lists',
  });
};

const mustBeNamed = (target: string) =>
  usageError({
    code: 'tasks_unlisted',
    message: `${target} cannot be listed: the agent speaks A2A 0.3, or has no ListTasks`,
    hint: 'name the ids to cancel in the parameter tasks; traces of the agent have them',
  });

/** Of the tasks that a change is about, those that are not over. */
const goingOn = async (tasks: A2aTasks, { to }: Change, signal: AbortSignal): Promise<readonly string[]> => {
  const named = to['tasks'];
  if (!Array.isArray(named)) {
    const listed = await tasks.inFlight(signal);
    if (listed === null) throw unableError({ code: 'a2a_unlisted', message: 'the agent no longer lists its tasks' });
    return listed;
  }
  const ids: string[] = [];
  for (const id of named as readonly string[]) if (!(await tasks.isOver(id, signal))) ids.push(id);
  return ids;
};
