import { z } from 'zod';
import { parseJson } from '../../../ground/json.ts';
import type { Journal } from '../../../ground/store/port.ts';
import type { Calibration } from './calibration.ts';

/** A calibration with the identity it holds for. */
export interface KeptCalibration {
  readonly identity: string;
  /** The name that the judge had. */
  readonly judge: string;
  /** UTC epoch ms. */
  readonly at: number;
  readonly result: Calibration;
}

/** Keeps a calibration; an earlier one of the same identity is forgotten. */
export const saveCalibration = (journal: Journal, { identity, judge, at, result }: KeptCalibration): Promise<void> =>
  journal.commit([
    {
      sql: `INSERT INTO judge_calibration (identity, judge, at, result) VALUES (?, ?, ?, ?)
        ON CONFLICT (identity) DO UPDATE SET judge = excluded.judge, at = excluded.at, result = excluded.result`,
      params: [identity, judge, at, JSON.stringify(result)],
      rows: 1,
    },
  ]);

/** The calibrations of some identities, by identity; those that have none are left out. */
export const readCalibrations = async (journal: Journal, identities: readonly string[]): Promise<ReadonlyMap<string, KeptCalibration>> => {
  if (identities.length === 0) return new Map();
  const places = identities.map(() => '?').join(', ');
  const rows = await journal.all<{ identity: string; judge: string; at: number; result: string }>(
    `SELECT identity, judge, at, result FROM judge_calibration WHERE identity IN (${places})`,
    ...identities,
  );
  return new Map(rows.map((row) => [row.identity, { ...row, result: calibrationSchema.parse(parseJson(row.result)) }]));
};

const interval = z.object({ low: z.number(), high: z.number() }).nullable();
const share = z.object({ hits: z.number(), of: z.number(), interval });

/** A calibration as it is kept, in the journal and in files. */
export const calibrationSchema = z.object({
  labels: z.number(),
  humanPasses: z.number(),
  abstained: z.number(),
  agreement: share,
  sensitivity: share,
  specificity: share,
  kappa: z.number().nullable(),
  kappaInterval: interval,
});
