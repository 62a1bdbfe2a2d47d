import type { Slot } from '../../fleet/slots.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import { standsAs } from './compare.ts';
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

/** Where something was changed: the agent, and the control as the manifest has it. */
export type Place = Pick<Mitigation, 'agent' | 'control'>;

const samePlace = (one: Place, other: Place): boolean =>
  one.agent === other.agent &&
  one.control.kind === other.control.kind &&
  canonicalJson(one.control.config as Json) === canonicalJson(other.control.config as Json);

/** Whether a change that was just made leaves nothing of a mitigation: it restored what was, or opened the door that this one had closed. */
export const isEndedBy = (mitigation: Mitigation, change: Change, place: Place): boolean =>
  samePlace(mitigation, place) &&
  (standsAs(mitigation.change.from, change.to) || (change.action === 'enable' && ['disable', 'kill'].includes(mitigation.action)));

/** The mitigation that was put on top of one and still stands: that one has to end first. Null: there is none. */
export const standingOn = (mitigation: Mitigation, standing: readonly Mitigation[]): Mitigation | null =>
  standing.find(
    (other) =>
      other.id !== mitigation.id && other.appliedAt >= mitigation.appliedAt && other.status !== 'reverted' && touches(other, mitigation),
  ) ?? null;

const touches = (other: Mitigation, mitigation: Mitigation): boolean =>
  samePlace(other, mitigation) &&
  standsAs(mitigation.change.to, other.change.from) &&
  Object.keys(other.change.to).some((field) => field in mitigation.change.to);
