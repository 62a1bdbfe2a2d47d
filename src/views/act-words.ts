import { isObject, type Json } from '../ground/json.ts';
import { isoTime } from '../ground/output/json.ts';
import { listOf } from '../ground/output/phrases.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { ActKind, RecordedAct } from '../response/runbooks/acts.ts';

/** A value of a touched field, in few characters; raw. */
const valueWords = (value: Json | undefined): string =>
  value === null || value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);

/** `requests_per_minute none → 10`, for every field that changes; raw. */
export const diffWords = (from: Json, to: Json, arrow: string): string => {
  const [before, after] = [from, to].map((side) => (isObject(side) ? side : {}));
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return fields
    .filter((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after?.[field]))
    .map((field) => `${field} ${valueWords(before?.[field])} ${arrow} ${valueWords(after?.[field])}`)
    .join(', ');
};

const after = (evidence: string | null): string => (evidence === null || evidence === '' ? '' : `: ${evidence}`);
const took = (ms: number | null): string => (ms === null ? '' : ` after ${humanDuration(ms)}`);
const what = ({ action, target, step }: RecordedAct): string =>
  [action ?? step ?? 'step', target].filter((word) => word !== null).join(' ');
const until = (expiresAt: number | null): string => (expiresAt === null ? 'until somebody takes it back' : `until ${isoTime(expiresAt)}`);

const stepWords: Readonly<Record<string, (act: RecordedAct) => string>> = {
  intent: (act) => `begins ${what(act)}`,
  done: (act) => `did ${what(act)}${after(act.evidence)}`,
  skipped: (act) => `left out ${what(act)}${after(act.evidence)}`,
  failed: (act) => `could not do ${what(act)}${after(act.evidence)}`,
  in_doubt: (act) => `does not know whether it did ${what(act)}${after(act.evidence)}`,
};

const undoWords: Readonly<Record<string, (act: RecordedAct) => string>> = {
  intent: (act) => `begins to undo ${what(act)}`,
  undone: (act) => `undid ${what(act)}${after(act.evidence)}`,
  failed: (act) => `could not undo ${what(act)}${after(act.evidence)}`,
  in_doubt: (act) => `does not know whether it undid ${what(act)}${after(act.evidence)}`,
};

const seenWords: Readonly<Record<string, string>> = {
  seen: 'saw the effect of',
  'not-yet': 'did not see the effect of',
  contradicted: 'saw the opposite of',
};

const verdictWords: Readonly<Record<string, string>> = {
  pass: 'verified',
  fail: 'found not to have helped:',
  inconclusive: 'could not verify',
};

/** What each act was, in a few words behind who did it; raw. */
const sentences: Readonly<Record<ActKind, (act: RecordedAct) => string>> = {
  'incident.open': ({ evidence }) => `opened the incident${after(evidence)}`,
  'incident.ack': () => 'looks after it',
  'incident.note': ({ evidence }) => `noted${after(evidence)}`,
  'incident.resolve': ({ evidence }) => `resolved the incident${after(evidence)}`,
  'freeze.on': ({ subject, expiresAt, status, evidence }) =>
    `froze ${status === 'all' ? 'everything automatic' : 'automatic actions'} of ${subject} ${until(expiresAt)}${after(evidence)}`,
  'freeze.off': ({ subject, evidence }) => `ended the freeze of ${subject}${after(evidence)}`,
  'lock.break': ({ subject, evidence }) => `broke the lock ${subject}${after(evidence)}`,
  'runbook.start': ({ runbook, status, evidence }) =>
    status === null ? `started runbook ${runbook ?? ''}`.trimEnd() : `${status} runbook ${runbook ?? ''}`.trimEnd() + after(evidence),
  'runbook.approve': ({ by, actor, runbook }) => `approved runbook ${runbook ?? ''}: ${listOf(by.length === 0 ? [actor] : by)}`,
  'runbook.step': (act) => (stepWords[act.status ?? 'intent'] ?? what)(act),
  'runbook.confirm': (act) => `${seenWords[act.status ?? ''] ?? 'looked at'} ${what(act)}${took(act.durationMs)}`,
  'runbook.verify': (act) => `${verdictWords[act.status ?? ''] ?? 'looked at'} ${what(act)}${after(act.evidence)}`,
  'runbook.undo': (act) => (undoWords[act.status ?? 'intent'] ?? what)(act),
  'runbook.end': ({ runbook, status, evidence, durationMs }) =>
    `runbook ${runbook ?? ''} is ${status ?? 'at its end'}${took(durationMs)}${after(evidence)}`,
  'mitigation.start': (act) => `in force: ${what(act)} ${until(act.expiresAt)}`,
  'mitigation.extend': (act) => `extended ${what(act)} ${until(act.expiresAt)}`,
  'mitigation.expire': (act) =>
    `${act.status === 'reverted' ? 'expired and taken back' : 'is overdue'}: ${what(act)}${after(act.evidence)}`,
  'mitigation.revert': (act) => `${act.status === 'reverted' ? 'took back' : 'could not take back'} ${what(act)}${after(act.evidence)}`,
};

/** What an act was, in one sentence without its actor; raw. */
export const actSentence = (act: RecordedAct): string => sentences[act.kind](act);
