import { z } from 'zod';
import { nearest } from '../ground/output/phrases.ts';
import { cronProblem, isZone } from '../ground/units/cron.ts';

/** An IANA time zone. */
export const zoneField = () =>
  z.string().superRefine((given, ctx) => {
    if (isZone(given)) return;
    const near = nearest(given, Intl.supportedValuesOf('timeZone'));
    const hint = near === null ? 'write UTC, or a name such as Europe/Berlin' : `did you mean "${near}"?`;
    ctx.addIssue({ code: 'custom', message: 'is not a time zone', input: given, params: { hint } });
  });

/** Says what is wrong with a cron expression, read in its zone. */
export const cronAndZone = <T extends { cron?: string | undefined; tz?: string | undefined }>(value: T, ctx: z.RefinementCtx) => {
  if (value.cron === undefined) return;
  const zoneName = value.tz ?? 'UTC';
  if (!isZone(zoneName)) return;
  const problem = cronProblem(value.cron, zoneName);
  if (problem === null) return;
  const hint = 'write it like "30 3 * * 1-5": minute, hour, day of month, month, day of week';
  ctx.addIssue({ code: 'custom', path: ['cron'], message: problem, input: value.cron, params: { hint } });
};
