import { basename, resolve } from 'node:path';
import { opener } from '../../../fleet/slots.ts';
import { OpsError, unableError } from '../../../ground/errors.ts';
import { isObject, type JsonObject, parseJson } from '../../../ground/json.ts';
import { hindrance, reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/flag-file.ts';
import { applied, rejected } from '../effect.ts';
import { answering, flagValue, readFlag, writeFlag } from '../flagd-flag.ts';
import type { Change, ControlDriver, ControlWorld, Effect, Observed } from '../port.ts';

const maxBytes = 4 * 1024 * 1024;

/**
 * A flag in a file of flag definitions as flagd and its in-process providers read it, so that any OpenFeature SDK sees it with no server
 * between. Written beside and renamed; every other flag of the file stays as it is.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'flag-file',
  open: (control, world) => {
    const target = `flag ${control.flag} in ${basename(control.path)}`;
    return {
      traits: {
        actions: ['throttle', 'disable', 'enable', 'kill', 'rollback_model', 'route_model', 'failover', 'sampling'],
        readable: true,
        idempotent: true,
        stopsInFlight: false,
        effectMs: control.effect,
        expiresNatively: false,
      },
      healthy: (action) => ({
        state: 'ENABLED',
        default_variant: action === 'enable' ? 'off' : 'on',
        variants: { on: true, off: false },
        targeting: null,
      }),
      async read(action) {
        const { flag } = control;
        const touched = readFlag(readDocument(control, world).document, flag);
        return {
          exists: touched['variants'] !== null,
          target,
          touched,
          version: null,
          sharedWith: [],
          keepsRunning: action === 'disable' || action === 'kill' ? 'runs that have read the flag already go on' : null,
        } satisfies Observed;
      },
      plan(want, { touched }) {
        const to = answering(touched, flagValue(want));
        if (standsAs(to, touched)) return null;
        return { action: want.action, target, from: touched, to, version: null, reversible: true, lasting: null };
      },
      apply: async (change) => write(control, world, change),
      confirm: async (change) => seenOf(change, readFlag(readDocument(control, world).document, control.flag)),
      undo: async (change) => write(control, world, reversed(change)),
      mayAct: async () => (world.files.mayReplace(resolve(world.folder, control.path)) ? 'yes' : 'no'),
    };
  },
});

const readDocument = ({ path }: Config, { files, folder }: ControlWorld): { document: JsonObject; text: string; at: string } => {
  const at = resolve(folder, path);
  const text = readText(files, at);
  const document = parseJson(text);
  if (isObject(document)) return { document, text, at };
  throw unableError({ code: 'flags_unreadable', message: `${at} is not a JSON document of flags`, hint: 'flagd describes its format' });
};

const readText = (files: ControlWorld['files'], at: string): string => {
  try {
    return files.readText(at, maxBytes);
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    const hint = `make it with {"flags": {}}, where the agent reads it`;
    throw unableError({ code: 'flags_unreadable', message: thrown.message, hint, cause: thrown });
  }
};

/** A file that cannot be read or written was not changed. */
const write = (control: Config, world: ControlWorld, change: Change): Effect => {
  try {
    const { document, text, at } = readDocument(control, world);
    const hindered = hindrance(change, readFlag(document, control.flag));
    if (hindered !== null) return hindered;
    const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
    world.files.replace(at, `${JSON.stringify(writeFlag(document, control.flag, change.to), null, indent)}\n`);
    return applied(`${change.target} is written`);
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return rejected(thrown.message);
  }
};
