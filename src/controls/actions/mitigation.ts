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

/** Whether a change brings its target back to where it stood before a mitigation: nothing is left then that either could take back. */
export const restores = (change: Change, mitigation: Mitigation): boolean =>
  standsAs(mitigation.change.from, change.to) && isWithin(change, mitigation.change);

/** What a change that was just made leaves nothing of: what it restored, whatever was put on top of that, and the doors that it opened. */
export const endedBy = (change: Change, place: Place, standing: readonly Mitigation[]): readonly Mitigation[] => {
  const here = standing.filter((each) => samePlace(each, place));
  const restored = here.filter((each) => restores(change, each));
  return here.filter(
    (each) =>
      restored.includes(each) ||
      restored.some(({ appliedAt }) => each.appliedAt >= appliedAt && isWithin(each.change, change)) ||
      (change.action === 'enable' && closing.includes(each.action)),
  );
};

const closing: readonly Action[] = ['disable', 'kill'];

const isWithin = ({ to }: Change, whole: Change): boolean => Object.keys(to).every((field) => field in whole.to);

/** For how long something is wanted. */
export type Lasting = Pick<Mitigation, 'expiresAt' | 'onExpiry'>;

/** Whether what somebody wants of a place is so because of a mitigation. */
export const serves = (mitigation: Mitigation, action: Action, place: Place): boolean =>
  samePlace(mitigation, place) && (mitigation.action === action || (closing.includes(mitigation.action) && closing.includes(action)));

/**
 * The mitigation that makes a place as somebody wants it, and that its target will end by itself before they want that: nobody can make it
 * last. Null: there is none.
 * @param until when it should end at the earliest, UTC epoch ms; null: never
 */
export const endingTooSoon = (until: number | null, action: Action, place: Place, standing: readonly Mitigation[]): Mitigation | null =>
  standing.find(
    (each) =>
      each.change.endsItself === true &&
      serves(each, action, place) &&
      each.expiresAt !== null &&
      (until === null || each.expiresAt < until),
  ) ?? null;

/**
 * What has to last longer, and how long, where a run wants what is so already: whoever counts on a target that was found closed must not
 * see it opened because the time of somebody else is over.
 * @param wanted when it should end at the earliest
 */
export const prolongedFor = (
  wanted: Lasting,
  action: Action,
  place: Place,
  standing: readonly Mitigation[],
): readonly (readonly [Mitigation, Lasting])[] =>
  standing
    .filter((each) => serves(each, action, place) && each.change.endsItself !== true)
    .flatMap((each): readonly (readonly [Mitigation, Lasting])[] => {
      const expiresAt = each.expiresAt === null || wanted.expiresAt === null ? null : Math.max(each.expiresAt, wanted.expiresAt);
      const onExpiry = wanted.onExpiry === 'page' ? 'page' : each.onExpiry;
      return expiresAt === each.expiresAt && onExpiry === each.onExpiry ? [] : [[each, { expiresAt, onExpiry }]];
    });

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
