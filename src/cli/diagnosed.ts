import type { DoctorFinding } from '../views/doctor.ts';

/** A finding, and whose fault a failure is: what is looked after, or this tool and its surroundings. */
export interface Diagnosed extends DoctorFinding {
  readonly fault: 'target' | 'checker';
}

type Words = readonly [name: string, detail: string];

/** Makes the findings of one group. */
export const findingsIn = (group: string) => ({
  ok: (...[name, detail]: Words): Diagnosed => ({ group, name, state: 'ok', detail, fix: null, fault: 'checker' }),
  skipped: (...[name, detail]: Words): Diagnosed => ({ group, name, state: 'skipped', detail, fix: null, fault: 'checker' }),
  warn: (...[name, detail, fix]: [...Words, fix: string | null]): Diagnosed => ({
    group,
    name,
    state: 'warn',
    detail,
    fix,
    fault: 'checker',
  }),
  fail: (...[name, detail, fix, fault = 'checker']: [...Words, fix: string | null, fault?: Diagnosed['fault']]): Diagnosed => ({
    group,
    name,
    state: 'fail',
    detail,
    fix,
    fault,
  }),
});
