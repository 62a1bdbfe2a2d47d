import { z } from 'zod';
import type { Fleet } from '../../../fleet/agent.ts';
import { usageError } from '../../../ground/errors.ts';
import { parseJson } from '../../../ground/json.ts';
import type { Context } from '../../../ground/runtime/context.ts';
import type { Journal } from '../../../ground/store/port.ts';
import type { JudgeQuestion } from '../port.ts';
import { type Calibration, reservation } from './calibration.ts';
import { calibrationSchema, readCalibrations } from './calibrations.journal.ts';
import { identityOf } from './identity.ts';

/** Why a judge is only advisory for a form of question, as a sentence; null: it decides. */
export type Standing = (judge: string, form: JudgeQuestion['form']) => string | null;

const forms = ['rubric', 'factuality'] as const;
const maxFileBytes = 256 * 1024;

/** What `agentops eval calibrate --to` writes: how each identity did. */
export const calibrationFile = z.object({
  judge: z.string(),
  calibrations: z.array(z.object({ identity: z.string(), form: z.enum(forms), at: z.iso.datetime(), result: calibrationSchema })),
});

/** Which judges decide, by the calibrations in the journal and in the files that the manifest names. A file outranks the journal. */
export const readStandings = async (
  { files }: Pick<Context, 'files'>,
  { judges }: Pick<Fleet, 'judges'>,
  journal: Journal | null,
): Promise<Standing> => {
  const known = new Map<string, Calibration>();
  const names = Object.keys(judges).filter((name) => judges[name]?.embeddings === undefined);
  if (journal !== null) {
    const identities = names.flatMap((name) => forms.map((form) => identityOf(judges, name, form)));
    for (const [identity, { result }] of await readCalibrations(journal, identities)) known.set(identity, result);
  }
  for (const name of names) {
    const path = judges[name]?.calibration ?? null;
    if (path === null) continue;
    const read = calibrationFile.safeParse(parseJson(files.readText(path, maxFileBytes)));
    if (!read.success) {
      throw usageError({
        code: 'calibration_invalid',
        message: `${path} is not a calibration of judge ${name}`,
        hint: `agentops eval calibrate --judge ${name} --labels FILE --to ${path}`,
      });
    }
    for (const { identity, result } of read.data.calibrations) known.set(identity, result);
  }
  return (name, form) => {
    const settings = judges[name];
    const why = reservation(known.get(identityOf(judges, name, form)) ?? null, settings?.floor ?? 'none');
    return why === null ? null : `judge ${name} ${why}`;
  };
};
