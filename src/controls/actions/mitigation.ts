import type { Slot } from '../../fleet/slots.ts';
import type { Action, Change } from './port.ts';

/** An action in force: what was changed, and until when. JSON-safe. */
export interface Mitigation {
  /** `RUN/STEP`. */
  readonly id: string;
  readonly run: string;
  readonly step: string;
  /** Empty where the step acts on no agent. */
  readonly agent: string;
  readonly action: Action;
  readonly control: Slot;
  readonly change: Change;
  /** `overdue`: it should have ended, and a person is needed. */
  readonly status: 'active' | 'overdue' | 'reverted';
  /** UTC epoch ms. */
  readonly appliedAt: number;
  /** UTC epoch ms; null: until a person reverts it. */
  readonly expiresAt: number | null;
  /** `page`: it is not reverted by itself, a person is called. */
  readonly onExpiry: 'revert' | 'page';
  readonly endedAt: number | null;
  /** What was seen last. Untrusted. */
  readonly evidence: string;
}

/** The id of what a step of a run put in force. */
export const mitigationId = (run: string, step: string): string => `${run}/${step}`;

/** Expiry is looked at by a job that runs now and then: so late it is not yet overdue, ms. */
const graceMs = 300_000;

/** True where it is in force past its time, because nobody looked or because it could not be reverted. */
export const isOverdue = ({ status, expiresAt }: Pick<Mitigation, 'status' | 'expiresAt'>, now: number): boolean =>
  status === 'overdue' || (status === 'active' && expiresAt !== null && expiresAt + graceMs <= now);

/** Whether its time has come. */
export const isDue = ({ status, expiresAt }: Pick<Mitigation, 'status' | 'expiresAt'>, now: number): boolean =>
  status !== 'reverted' && expiresAt !== null && expiresAt <= now;
