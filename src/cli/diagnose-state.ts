import { accessSync, constants, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Fleet } from '../fleet/agent.ts';
import { OpsError } from '../ground/errors.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import type { Context } from '../ground/runtime/context.ts';
import type { Journal } from '../ground/store/port.ts';
import { undelivered } from '../oversight/notify/outbox.journal.ts';
import { passedOnSince } from '../oversight/notify/stand-ins.journal.ts';
import { diagnoseDatabase } from './diagnose-database.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';
import { journalPath } from './open-journal.ts';

const { ok, warn, fail, skipped } = findingsIn('state');

/**
 * Where the journal and the snapshot are kept: writable, closed to others, and readable as a journal.
 * @param ctx null where no fleet says which journal it is
 * @param database where a team keeps its journal; null: in the folder
 */
export const diagnoseState = async (ctx: Context | null, folder: string, database: Fleet['database']): Promise<readonly Diagnosed[]> => {
  const kept = diagnoseFolder(folder);
  if (ctx === null) return kept;
  if (database !== null) return [...kept, ...(await diagnoseDatabase(ctx, { stateFolder: folder, database }, messageFindings))];
  return modeOf(folder) === null ? kept : [...kept, ...(await journalFindings(ctx, folder))];
};

const diagnoseFolder = (folder: string): readonly Diagnosed[] => {
  const here = modeOf(folder);
  if (here === null) {
    const parent = nearestFolder(folder);
    return [
      isWritable(parent)
        ? ok('folder', `${folder} is not there yet; the first check makes it`)
        : fail(
            'folder',
            `${folder} cannot be made: ${parent} is not writable`,
            `give yourself the right to write to ${parent}, or set state: in the manifest`,
          ),
    ];
  }
  const open = [
    ...(isWritable(folder) ? [] : [fail('folder', `${folder} is not writable`, `chmod u+rwx ${folder}, or set state: in the manifest`)]),
    ...openToOthers('folder', folder, here, '700'),
  ];
  return open.length > 0 ? open : [ok('folder', folder)];
};

const journalFindings = async (ctx: Context, folder: string): Promise<readonly Diagnosed[]> => {
  const path = journalPath(folder);
  const files = ctx.files.list(folder).flatMap((name) => {
    const mode = modeOf(join(folder, name));
    return mode === null ? [] : openToOthers(name, join(folder, name), mode, '600');
  });
  if (!ctx.files.exists(path)) return [...files, skipped('journal', 'not there yet; the first check makes it')];
  try {
    const journal = await ctx.journal();
    await journal.now();
    return [...files, ...clockFindings(ctx, path), ok('journal', `opens, ${sizeOf(path)}`), ...(await messageFindings(journal))];
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return [...files, fail('journal', thrown.message, thrown.hint)];
  }
};

/** Messages that were given up so long ago are no news, ms; those that wait so long do not arrive at the first attempt. */
const [oldMs, lateMs] = [7 * 86_400_000, 60_000];

/** What people should have been told and were not, by channel. */
const messageFindings = async (journal: Journal): Promise<readonly Diagnosed[]> => {
  const now = await journal.now();
  const late = (await undelivered(journal, now - oldMs)).filter(({ status, madeAt }) => status === 'failed' || now - madeAt > lateMs);
  const passedOn = await passedOnSince(journal, now - oldMs);
  return [...new Set(late.map(({ channel }) => channel))].map((channel) => {
    const posts = late.filter((post) => post.channel === channel);
    const why = posts.findLast(({ error }) => error !== null)?.error ?? null;
    const others = [...new Set(passedOn.filter(({ insteadOf }) => insteadOf === channel).map((post) => post.channel))];
    return warn(
      'messages',
      `${plural(posts.length, 'message')} did not reach ${channel}${others.length === 0 ? '' : `, pages among them went to ${listOf(others)} instead`}${why === null ? '' : `: ${why}`}`,
      `agentops alerts notify-test ${channel}; what waits is sent by agentops tick, serve and every run`,
    );
  });
};

/** Clocks of machines that share a folder differ a little. */
const clockSlackMs = 5 * 60_000;

/** A journal from the future means that a clock is wrong, and that states would be judged from it wrongly. */
const clockFindings = (ctx: Context, journal: string): readonly Diagnosed[] => {
  const ahead = statSync(journal).mtimeMs - ctx.clock.now();
  if (ahead < clockSlackMs) return [];
  return [
    warn(
      'clock',
      `the journal was written ${Math.round(ahead / 60_000)} minutes in the future`,
      'set the clock of this machine (timedatectl set-ntp true)',
    ),
  ];
};

/** Permission bits; null where there is nothing. */
const modeOf = (path: string): number | null => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : found.mode & 0o777;
};

/** Windows keeps rights elsewhere, and shows bits that mean nothing. */
const openToOthers = (name: string, path: string, mode: number, wanted: string): readonly Diagnosed[] =>
  (mode & 0o077) === 0 || process.platform === 'win32'
    ? []
    : [warn(name, `other users of this machine may open it (mode ${mode.toString(8)}): ${path}`, `chmod ${wanted} ${path}`)];

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const nearestFolder = (path: string): string => {
  const parent = dirname(path);
  return parent === path || statSync(parent, { throwIfNoEntry: false })?.isDirectory() ? parent : nearestFolder(parent);
};

const sizeOf = (path: string): string => {
  const { size } = statSync(path);
  return size < 1024 * 1024 ? `${Math.ceil(size / 1024)} KiB` : `${(size / 1024 / 1024).toFixed(1)} MiB`;
};
