import { jsonDocument } from '../ground/output/json.ts';
import type { IncidentReport } from '../response/incidents/collect-incident.ts';
import type { RunResult } from '../response/runbooks/run.ts';
import { reportFacts } from './incident-facts.ts';
import { type Postmortem, renderPostmortem } from './postmortem.ts';

/** The answer of `agentops demo incident`. */
export interface DemoIncident {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly scenes: readonly {
    readonly title: string;
    readonly said: string;
    readonly command: string | null;
    readonly lines: readonly string[];
    readonly atMs: number;
  }[];
  readonly report: Postmortem;
  readonly run: RunResult;
  /** The state of the agent in the end, by its checks. */
  readonly state: string;
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const detectMs = ({ incident }: IncidentReport): number => incident.openedAt - incident.startedAt;

/** `agentops demo incident --json` */
export const demoIncidentJson = ({ fleet, generatedAt, scenes, report, run, state }: DemoIncident): string =>
  jsonDocument(fleet, generatedAt, {
    scenes: scenes.map(({ title, said, command, lines, atMs }) => ({ title, said, command, lines, at_s: atMs / 1000 })),
    ...reportFacts(report),
    run_id: run.run.id,
    run_status: run.status,
    time_to_detect_s: seconds(detectMs(report)),
    state,
    postmortem: renderPostmortem(report),
  });
