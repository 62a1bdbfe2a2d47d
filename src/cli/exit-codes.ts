import type { ErrorKind } from '../ground/errors.ts';

/** What a command that ran to its end found. */
export type Finding = 'none' | 'found' | 'no_verdict' | 'refused' | 'handover';

const ofFinding: Record<Finding, number> = { none: 0, found: 1, no_verdict: 3, refused: 4, handover: 5 };
const ofError: Record<ErrorKind, number> = { usage: 2, unable: 3, refused: 4, handover: 5, bug: 70 };

export const exitOfFinding = (finding: Finding): number => ofFinding[finding];
export const exitOfError = (kind: ErrorKind): number => ofError[kind];

/** 128 + the signal's number, as shells have it. */
export const exitOfSignal = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const exitCodes: readonly (readonly [string, string])[] = [
  ['0', 'done, nothing wrong'],
  ['1', 'a finding: an unhealthy agent, a gate that failed, a broken audit chain'],
  ['2', 'wrong usage or an invalid file; nothing was sent'],
  ['3', 'no verdict: the checker itself could not see'],
  ['4', 'refused: needs a confirmation or an approval, is held back, or another process is at it'],
  ['5', 'a runbook stopped part-way and a person is needed; what goes on with it is printed'],
  ['70', 'a bug in agentops'],
  ['129', 'the terminal was closed; what had ended is stored'],
  ['130', 'interrupted by Ctrl-C; what had ended is stored'],
  ['143', 'ended by SIGTERM; what had ended is stored'],
];

/** `agentops help exit-codes` */
export const exitCodeText = `${exitCodes.map(([code, meaning]) => `${code.padStart(4)}  ${meaning}`).join('\n')}\n`;
