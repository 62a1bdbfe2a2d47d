import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ScheduleFormat, type Scheduling, scheduleText } from '../desk/export/schedule.ts';
import { collectReferences } from '../fleet/collect-references.ts';

import { jsonDocument } from '../ground/output/json.ts';
import { listOf } from '../ground/output/phrases.ts';
import { namesIn } from '../ground/units/env-file.ts';
import type { Outcome, Session } from './command.ts';
import { requirePrivate } from './require-private.ts';

export interface ScheduleRequest {
  readonly format: ScheduleFormat;
  readonly everyMs: number;
  /** As it was typed; null: the one beside the manifest, where there is one. */
  readonly envFile: string | null;
  readonly image: string;
}

const maxEnvBytes = 1_048_576;
const program = fileURLToPath(new URL('../../bin/agentops.js', import.meta.url));

/** What runs ticks elsewhere, for this fleet on this machine. Throws a usage error where others could read the file of its secrets. */
export const printSchedule = async (session: Session, { format, everyMs, envFile, image }: ScheduleRequest): Promise<Outcome> => {
  const { ctx, terminal, cwd, version } = session;
  const { fleet } = await session.fleet();
  const { path } = fleet;
  const needs = needsOf(session, path);
  const beside = join(dirname(path), 'agentops.env');
  const isLocal = format === 'crontab' || format === 'systemd';
  const file = !isLocal ? null : envFile !== null ? resolve(cwd, envFile) : ctx.files.exists(beside) ? beside : null;
  if (file !== null) requirePrivate(file);
  const missing = file === null ? needs : needs.filter((name) => !namesIn(ctx.files.readText(file, maxEnvBytes)).includes(name));
  if (isLocal && missing.length > 0)
    terminal.say(
      `${listOf(missing)} ${missing.length === 1 ? 'is' : 'are'} not in ${file ?? 'any file'}: cron and systemd know nothing of your shell${
        file === null ? `; write them to ${beside}, one NAME=value a line, and chmod 600 it` : ''
      }`,
    );
  const scheduling: Scheduling = {
    ...{ fleet: fleet.name, version, node: process.execPath, program, manifest: path, stateFolder: fleet.stateFolder },
    ...{ manifestInRepository: placeInRepository(session, path), envFile: file, needs, everyMs, image },
    user: ctx.process.owner().user,
  };
  const text = scheduleText(format, scheduling);
  return {
    finding: 'none',
    formats: { text: () => text, json: () => jsonDocument(fleet.name, ctx.clock.now(), { format, text, needs }) },
  };
};

/** The variables that the manifest cannot do without. */
export const needsOf = ({ ctx }: Session, manifest: string): readonly string[] => [
  ...new Set(
    collectReferences(ctx, manifest).flatMap(({ reference }) =>
      reference.kind === 'file' || reference.fallback !== null ? [] : [reference.name],
    ),
  ),
];

/** Where the manifest stands in its repository, with slashes. */
export const placeInRepository = ({ ctx }: Session, manifest: string): string => {
  for (let folder = dirname(manifest); ; folder = dirname(folder)) {
    if (ctx.files.exists(join(folder, '.git'))) return relative(folder, manifest).split(sep).join('/');
    if (folder === dirname(folder)) return basename(manifest);
  }
};
