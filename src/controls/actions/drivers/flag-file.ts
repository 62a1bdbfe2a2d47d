import { basename, resolve } from 'node:path';
import { opener } from '../../../fleet/slots.ts';
import { OpsError, unableError } from '../../../ground/errors.ts';
import { isObject, type JsonObject, parseJson } from '../../../ground/json.ts';

import { hindrance, reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/flag-file.ts';
import { applied, rejected } from '../effect.ts';
import { answering, flagValue, readFlag, writeFlag } from '../flagd-flag.ts';
import { openClaim } from '../open-claim.ts';
import type { Change, ControlDriver, ControlWorld, Effect, Observed } from '../port.ts';

const maxBytes = 4 * 1024 * 1024;

/**
 * A flag in a file of flag definitions as flagd and its in-process providers read it, so that any OpenFeature SDK sees it with no server
 * between. Written beside and renamed, one process at a time; every other flag of the file stays as it is.
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
      apply: (change, _key, signal) => write(control, world, change, signal),
      confirm: async (change) => seenOf(change, readFlag(readDocument(control, world).document, control.flag)),
      undo: (change, _key, signal) => write(control, world, reversed(change), signal),
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

/**
 * A file that cannot be read or written was not changed. It holds flags that others write at the same time, so that nobody else may between
 * the look and the writing: theirs would be gone.
 */
const write = async (control: Config, world: ControlWorld, change: Change, signal: AbortSignal): Promise<Effect> => {
  try {
    const claim = await openClaim(world, resolve(world.folder, control.path), signal);
    try {
      const { document, text, at } = readDocument(control, world);
      const hindered = hindrance(change, readFlag(document, control.flag));
      if (hindered !== null) return hindered;
      const indent = /^[ \t]+(?=")/m.exec(text)?.[0] ?? '  ';
      const changed = `${JSON.stringify(writeFlag(document, control.flag, change.to), null, indent)}\n`;
      if (!claim.isOurs()) return { ...rejected(`${at} was taken over by another process meanwhile`), retry: true };
      world.files.replace(at, changed);
      return applied(`${change.target} is written`);
    } finally {
      claim.release();
    }
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return rejected(thrown.message);
  }
};
