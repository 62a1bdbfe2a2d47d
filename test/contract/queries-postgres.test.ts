import fc from 'fast-check';
import { describe } from 'vitest';
import { postgresPrograms } from '../peers/start-postgres.ts';
import { noon } from '../support/facts.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { sharedPostgres } from '../support/postgres-journals.ts';
import { keepJournalsIn } from '../support/temporary.ts';

/** Tests of whoever reads and writes a journal, which ask for a temporary one: what they expect of a file they expect of a server. */
const suites: Readonly<Record<string, () => Promise<unknown>>> = {
  'the audit chain': () => import('../ground/audit/record-act.test.ts'),
  checks: () => import('../quality/health/run-checks.test.ts'),
  'labels of answers': () => import('../quality/evals/collect-label-items.test.ts'),
  'grades of production': () => import('../quality/evals/online/grade-traffic.test.ts'),
  'releases on the time line': () => import('../telemetry/traces/release-change.test.ts'),
  incidents: () => import('../response/incidents/incidents.test.ts'),
  'mitigations that are extended': () => import('../response/runbooks/record-extension.test.ts'),
  overrides: () => import('../controls/actions/overrides.test.ts'),
  'queues and what scalers were told': () => import('../response/scale/journal.test.ts'),
  'the outbox': () => import('../oversight/notify/outbox.test.ts'),
  'the state of every agent': () => import('../oversight/status/collect-status.test.ts'),
  'records of our own': () => import('../oversight/alerts/own-records.test.ts'),
};

describeWithPeer('PostgreSQL', { programs: [`${postgresPrograms() ?? '/usr/lib/postgresql'}/postgres`] }, () => {
  const { openClean } = sharedPostgres();
  // What is tried at random is tried at length on a file; here it is seen whether the server agrees.
  fc.configureGlobal({ interruptAfterTimeLimit: 2_000 });
  keepJournalsIn((now = () => noon) => openClean(now));
  for (const [name, load] of Object.entries(suites)) describe(name, async () => void (await load()));
});
