import { jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops eval label`. */
export interface LabelReport {
  readonly fleet: string;
  readonly generatedAt: number;
  /** As it was named. */
  readonly file: string;
  /** Said in this sitting. */
  readonly pass: number;
  readonly fail: number;
  readonly skip: number;
  /** Passes and fails in the file, those of earlier sittings included. */
  readonly labelled: number;
  readonly remaining: number;
  /** Cases that are no longer what the run asked. */
  readonly changed: number;
}

/** Every format of `agentops eval label`. */
export const labelFormats = ({ fleet, generatedAt, ...report }: LabelReport) => ({
  text: ({ look }: ViewOptions) => {
    const { pass, fail, skip, file, labelled, remaining, changed } = report;
    const lines = [
      `labelled now: ${pass} pass, ${fail} fail, ${skip} skipped; ${file} holds ${plural(labelled, 'label')}`,
      ...(remaining > 0 ? [`${plural(remaining, 'answer')} left: the same command goes on`] : []),
      ...(changed > 0 ? [`left out: ${plural(changed, 'case')} that changed since the run`] : []),
    ];
    return `${lines.map((text) => renderLine(look, 0, [{ text }])).join('\n')}\n`;
  },
  json: () => jsonDocument(fleet, generatedAt, report),
});
