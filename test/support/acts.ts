import { canonicalJson } from '../../src/ground/json.ts';
import { type ActFacts, type ActKind, type RecordedAct, readAct, responseAct } from '../../src/response/runbooks/acts.ts';
import { noon } from './facts.ts';

/** Acts as the chain gives them back: each so many seconds after noon. */
export const recordedActs = (
  acts: readonly (readonly [seconds: number, kind: ActKind, subject: string, facts?: Partial<ActFacts>, actor?: string])[],
): readonly RecordedAct[] =>
  acts.map(([seconds, kind, subject, facts = {}, actor = 'maria'], index) => {
    const { body } = responseAct(kind, subject, facts);
    const read = readAct({
      seq: index + 1,
      at: noon + seconds * 1000,
      actor,
      kind,
      subject,
      body: canonicalJson(body),
      prev: '',
      hash: '',
    });
    if (read === null) throw new Error(`${kind} cannot be read back`);
    return read;
  });

const run = { run: 'run-1', runbook: 'runaway-loop', incident: 'inc-1' };
const slow = { ...run, step: 'slow', action: 'throttle', target: 'key support at gateway' };

/** An incident from its detection to its end, with acts of others between. */
export const wholeStory = recordedActs([
  [-60, 'freeze.on', 'other', { evidence: 'not ours' }],
  [12, 'incident.open', 'support', { incident: 'inc-1', evidence: 'support: 13 steps in one request, 12 allowed' }, 'agentops'],
  [20, 'incident.ack', 'support', { incident: 'inc-1' }],
  [25, 'runbook.start', 'other', { run: 'run-0', runbook: 'throttle' }, 'john'],
  [30, 'runbook.start', 'support', { ...run, planHash: 'abc' }],
  [30, 'runbook.approve', 'support', { ...run, planHash: 'abc', by: ['maria', 'john'] }],
  [31, 'runbook.step', 'support', { ...slow, status: 'intent', from: { rpm: null }, to: { rpm: 10 } }],
  [32, 'runbook.step', 'support', { ...slow, status: 'done', from: { rpm: null }, to: { rpm: 10 }, evidence: 'HTTP 200' }],
  [32, 'mitigation.start', 'support', { ...slow, mitigation: 'mit-1', expiresAt: noon + 7_200_000 }],
  [34, 'runbook.confirm', 'support', { ...slow, status: 'seen', durationMs: 2000 }],
  [40, 'runbook.verify', 'support', { ...run, step: 'settled', status: 'pass', evidence: 'no request loops' }],
  [41, 'runbook.end', 'support', { ...run, status: 'done', durationMs: 11_000, containMs: 4000, quietMs: 9000 }],
  [7200, 'mitigation.expire', 'support', { ...slow, mitigation: 'mit-1', status: 'reverted' }, 'agentops'],
  [7300, 'incident.resolve', 'support', { incident: 'inc-1', evidence: 'prompt fixed' }],
]);
