import { confirmCommand } from '../response/runbooks/next-command.ts';
import type { Plan } from '../response/runbooks/plan.ts';
import type { AskedRunbook } from './asked-runbook.ts';
import type { Session } from './command.ts';

/** What a run belongs to and may do without. */
export interface BoundFlags {
  readonly incident?: string;
  readonly breakGlass?: string;
  /** False: nothing may be left to end what is to end by itself. */
  readonly tickCheck?: boolean;
  /** Where the file of allowed signers is; default: beside the manifest. */
  readonly signers?: string;
}

/** The command that carries out just this plan, with everything else that was said: typed as it stands, it does what was meant. */
export const confirmCommandOf = (
  { flags: { manifest } }: Pick<Session, 'flags'>,
  { named, runbook, params }: Pick<AskedRunbook, 'named' | 'runbook' | 'params'>,
  plan: Pick<Plan, 'hash'>,
  { incident, breakGlass, tickCheck, signers }: BoundFlags,
): string =>
  confirmCommand({ name: named, params: runbook.params }, params, plan.hash, [
    ...valued('--incident', incident),
    ...valued('--break-glass', breakGlass),
    ...valued('--signers', signers),
    ...(tickCheck === false ? ['--no-tick-check'] : []),
    ...valued('--manifest', manifest),
  ]);

/** A value that begins with a dash would be taken for a flag of its own. */
const valued = (flag: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : value.startsWith('-') ? [`${flag}=${value}`] : [flag, value];
