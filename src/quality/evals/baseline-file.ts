import { z } from 'zod';
import { pooledCases } from './pooled-baseline.ts';
import type { Baseline } from './run.ts';
import type { CaseTally } from './trial.ts';

const name = z.string().min(1).max(200);

const result = z
  .string()
  .regex(/^(\d{1,7}\/\d{1,7}|-)$/, 'must be passes and trials, like 3/3, or - where it was not judged')
  .refine((text) => text === '-' || Number(text.split('/')[0]) <= Number(text.split('/')[1]), 'has more passes than trials');

/** A baseline as it is committed beside the suite: what accepted runs came to, case by case. */
export const baselineSchema = z
  .strictObject({
    version: z.literal(1),
    suite: name,
    agent: name,
    runs: z
      .array(z.strictObject({ run: name, accepted_at: z.iso.datetime(), release: name.nullable() }))
      .min(1)
      .max(1000)
      .describe('Newest first.'),
    cases: z.record(
      name,
      z.strictObject({
        hash: z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits'),
        severity: z.enum(['critical', 'normal', 'info']),
        cluster: name.nullable(),
        results: z.array(result).describe('Passes and trials in each of the runs, in their order.'),
      }),
    ),
  })
  .superRefine(({ runs, cases }, ctx) => {
    for (const [id, { results }] of Object.entries(cases)) {
      if (results.length === runs.length) continue;
      const message = `must hold one result for each of the ${runs.length} runs`;
      ctx.addIssue({ code: 'custom', path: ['cases', id, 'results'], message, input: results });
    }
  });

export type BaselineFile = z.output<typeof baselineSchema>;

/** What a run is held against, out of the newest runs of the file. */
export const baselineOf = (file: BaselineFile, source: string, window: number): Baseline => {
  const runs = file.runs.slice(0, window);
  const tallies = runs.map((_, at) => Object.entries(file.cases).flatMap(([id, each]) => tallyOf(id, each, at) ?? []));
  return { source, runs: runs.length, cases: pooledCases(tallies) };
};

const tallyOf = (caseId: string, { hash, severity, cluster, results }: BaselineFile['cases'][string], at: number): CaseTally | null => {
  const [passes, trials] = (results[at] ?? '-').split('/').map(Number);
  if (passes === undefined || trials === undefined) return null;
  return { caseId, hash, severity, cluster, passes, fails: trials - passes, errors: 0 };
};

/** One accepted run, as it goes into a file. */
export interface AcceptedRun {
  readonly run: string;
  readonly acceptedAt: string;
  readonly release: string | null;
  readonly cases: readonly CaseTally[];
}

/**
 * A file with one more accepted run; the oldest beyond the window leave it. A case whose hash changed begins anew, and one that has no
 * result left is dropped. The same run again changes nothing but its own results.
 */
export const withRun = (
  before: BaselineFile | null,
  { suite, agent, window }: { readonly suite: string; readonly agent: string; readonly window: number },
  { run, acceptedAt, release, cases }: AcceptedRun,
): BaselineFile => {
  const kept = (before?.runs ?? [])
    .map((each, at) => ({ each, at }))
    .filter(({ each }) => each.run !== run)
    .slice(0, window - 1);
  const fresh = new Map(cases.filter(({ passes, fails }) => passes + fails > 0).map((tally) => [tally.caseId, tally]));
  const ids = [...new Set([...fresh.keys(), ...Object.keys(before?.cases ?? {})])].sort();
  const merged = ids.flatMap((id) => {
    const old = before?.cases[id];
    const now = fresh.get(id);
    const facts = now ?? old;
    if (facts === undefined) return [];
    const isSame = now === undefined || old === undefined || now.hash === old.hash;
    const results = [now === undefined ? '-' : resultOf(now), ...kept.map(({ at }) => (isSame ? (old?.results[at] ?? '-') : '-'))];
    const { hash, severity, cluster } = facts;
    return results.every((each) => each === '-') ? [] : [[id, { hash, severity, cluster, results }] as const];
  });
  return {
    version: 1,
    suite,
    agent,
    runs: [{ run, accepted_at: acceptedAt, release }, ...kept.map(({ each }) => each)],
    cases: Object.fromEntries(merged),
  };
};

const resultOf = ({ passes, fails }: CaseTally): string => `${passes}/${passes + fails}`;

/** The file as text: a line for each run and each case, so that a change reads well in a review. */
export const baselineText = ({ version, suite, agent, runs, cases }: BaselineFile): string => {
  const lines = (items: readonly string[]) => items.map((item) => `    ${item}`).join(',\n');
  const one = (value: unknown) => JSON.stringify(value);
  const rows = Object.entries(cases).map(([id, each]) => `${one(id)}: ${one(each)}`);
  return [
    '{',
    `  "version": ${version},`,
    `  "suite": ${one(suite)},`,
    `  "agent": ${one(agent)},`,
    `  "runs": [\n${lines(runs.map(one))}\n  ],`,
    `  "cases": {${rows.length === 0 ? '' : `\n${lines(rows)}\n  `}}`,
    '}',
    '',
  ].join('\n');
};
