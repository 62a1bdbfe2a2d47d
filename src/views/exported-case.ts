import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import type { IncidentCase } from '../response/incidents/collect-case.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops incident export-case`. */
export interface ExportedCase {
  readonly fleet: string;
  readonly generatedAt: number;
  /** Its id. */
  readonly incident: string;
  readonly exported: IncidentCase;
  /** The file, as it was named. */
  readonly suite: string;
  readonly isNew: boolean;
}

/** Every format of `agentops incident export-case`. */
export const exportedCaseFormats = ({ fleet, generatedAt, incident, exported, suite, isNew }: ExportedCase) => ({
  text: ({ look }: ViewOptions) =>
    `${renderLine(look, 0, [{ text: `${suite} ${isNew ? 'was written' : 'has one case more'}: ${exported.value.id}, of trace ${exported.traceId}` }])}\n${renderLine(look, 0, [{ text: 'What a right answer says is for you to add to its expect.', tone: 'dim' }])}\n`,
  json: () =>
    jsonDocument(fleet, generatedAt, {
      incident,
      suite,
      is_new: isNew,
      trace_id: exported.traceId,
      agent: exported.agent,
      case: exported.value,
    }),
});
