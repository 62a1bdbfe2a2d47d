import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import type { KnownRun } from '../response/runbooks/runs.journal.ts';
import { runTones } from './runbook-run.ts';
import { durationOrMissing, type ViewOptions } from './words.ts';

/** The answer of `agentops runbook runs`. */
export interface RunList {
  readonly fleet: string;
  readonly generatedAt: number;
  /** Newest first. */
  readonly runs: readonly KnownRun[];
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const factsOf = ({ head, status, why, endedAt, containMs, quietMs }: KnownRun) => ({
  run_id: head.id,
  runbook: head.runbook,
  class: head.class,
  agents: head.agents,
  status,
  why: why === '' ? null : why,
  cause: head.cause.kind,
  actor: head.actor,
  incident: head.incident,
  plan_hash: head.plan.hash,
  started_at: isoTime(head.startedAt),
  ended_at: isoTime(endedAt),
  time_to_contain_s: seconds(containMs),
  time_to_quiet_s: seconds(quietMs),
});

const renderText = ({ runs }: RunList, { look, zone }: ViewOptions): string => {
  if (runs.length === 0) return 'nothing of the kind was run\n';
  const { head, rows } = renderTable(
    look,
    [
      { title: 'Run' },
      { title: 'When' },
      { title: 'Agents', flexible: true },
      { title: 'By', flexible: true },
      { title: 'Status' },
      { title: 'Contained', align: 'right' },
      { title: 'Why', flexible: true },
    ],
    runs.map(({ head: run, status, why, containMs }) => [
      { text: run.id },
      { text: localTime(run.startedAt, zone) },
      { text: run.agents.join(', ') },
      { text: run.cause.kind === 'person' ? run.actor : run.cause.kind },
      { text: status, tone: runTones[status] },
      { text: durationOrMissing(containMs) },
      { text: why },
    ]),
  );
  return [head, ...rows].map((line) => `${line}\n`).join('');
};

/** Every format of `agentops runbook runs`. */
export const runsFormats = (list: RunList) => ({
  text: (options: ViewOptions) => renderText(list, options),
  json: () => jsonDocument(list.fleet, list.generatedAt, { runs: list.runs.map(factsOf) }),
});
