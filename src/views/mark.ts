import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderLine } from '../ground/output/line.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import type { Mark } from '../telemetry/traces/release-change.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops mark deploy`. */
export interface MarkAnswer {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly mark: Mark;
  /** False: it was noted before. */
  readonly isNew: boolean;
}

/** The answer of `agentops mark list`. */
export interface MarkList {
  readonly fleet: string;
  readonly generatedAt: number;
  /** Oldest first. */
  readonly marks: readonly Mark[];
}

const factsOf = ({ id, at, ...rest }: Mark) => ({ id, ...rest, at: isoTime(at) });

/** Every format of `agentops mark deploy`. */
export const markFormats = ({ fleet, generatedAt, mark, isNew }: MarkAnswer) => ({
  text: ({ look, zone }: ViewOptions) => {
    const told = `${mark.agent} ${mark.release} at ${localTime(mark.at, zone)}`;
    return `${renderLine(look, 0, [{ text: isNew ? `noted: ${told}` : `noted before: ${told}` }])}\n`;
  },
  json: () => jsonDocument(fleet, generatedAt, { marks: [factsOf(mark)] }),
});

const renderList = ({ marks }: MarkList, { look, zone }: ViewOptions): string => {
  if (marks.length === 0) return 'nothing was noted; agentops mark deploy <agent> --release <name> notes a change\n';
  const { head, rows } = renderTable(
    look,
    [{ title: 'When' }, { title: 'Agent' }, { title: 'Release', flexible: true }, { title: 'By' }, { title: 'Note', flexible: true }],
    marks.map(({ at, agent, release, source, note }) => [
      { text: localTime(at, zone) },
      { text: agent },
      { text: release },
      { text: source === 'seen' ? 'its spans' : 'mark deploy', tone: 'dim' as const },
      { text: note },
    ]),
  );
  return [head, ...rows].map((line) => `${line}\n`).join('');
};

/** Every format of `agentops mark list`. */
export const markListFormats = (list: MarkList) => ({
  text: (options: ViewOptions) => renderList(list, options),
  json: () => jsonDocument(list.fleet, list.generatedAt, { marks: list.marks.map(factsOf) }),
});
