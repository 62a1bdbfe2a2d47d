import { inertText } from '../ground/output/escape.ts';
import { isoTime } from '../ground/output/json.ts';
import type { Cell } from '../ground/output/look.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import { missing, type ViewOptions } from './words.ts';

type Answer = 'yes' | 'no' | 'unknown';

/** Whether one action could be done to one agent now. */
export interface Readiness {
  readonly agent: string;
  readonly action: string;
  /** Null: the manifest binds nothing to it. */
  readonly driver: string | null;
  /** As the driver names it; null where it was not seen. Untrusted. */
  readonly target: string | null;
  readonly canRead: Answer;
  readonly canWrite: Answer;
  /** UTC epoch ms; null: never. */
  readonly lastDrilledAt: number | null;
  /** Why it could not be done; null: nothing is known to stand in the way. Untrusted. */
  readonly trouble: string | null;
  readonly fix: string | null;
}

const drilled = ({ lastDrilledAt }: Readiness, zone: ViewOptions['zone']): string =>
  lastDrilledAt === null ? 'never' : localTime(lastDrilledAt, zone);

const tones = { yes: 'good', no: 'bad', unknown: 'unknown' } as const;
const answerCell = (answer: Answer): Cell => ({ text: answer, tone: tones[answer] });

/** Agent × action: what enforces it, and what is known of that. What is bound to nothing is named below each agent's rows. */
export const renderReadiness = (rows: readonly Readiness[], { look, zone }: ViewOptions): readonly string[] => {
  const bound = rows.filter(({ driver }) => driver !== null);
  const { head, rows: lines } = renderTable(
    look,
    [
      { title: 'Agent' },
      { title: 'Action' },
      { title: 'Driver' },
      { title: 'Can read' },
      { title: 'Can write' },
      { title: 'Last drilled' },
      { title: 'Target', flexible: true, minWidth: 16 },
    ],
    bound.map((row) => [
      { text: row.agent },
      { text: row.action },
      { text: row.driver ?? '' },
      answerCell(row.canRead),
      answerCell(row.canWrite),
      { text: drilled(row, zone), tone: row.lastDrilledAt === null ? 'warn' : 'plain' },
      { text: row.target ?? missing },
    ]),
  );
  const agents = [...new Set(rows.map(({ agent }) => agent))];
  const unbound = agents.flatMap((agent) => {
    const actions = rows.filter((row) => row.agent === agent && row.driver === null).map(({ action }) => action);
    return actions.length === 0 ? [] : [look.paint('dim', `${inertText(agent)} has nothing bound to ${actions.join(', ')}`)];
  });
  return [...(bound.length === 0 ? [] : [look.paint('strong', head), ...lines, '']), ...unbound];
};

/** The rows as the public document has them. */
export const readinessJson = (rows: readonly Readiness[]) =>
  rows.map(({ agent, action, driver, target, canRead, canWrite, lastDrilledAt, trouble, fix }) => ({
    agent,
    action,
    driver,
    target,
    can_read: canRead,
    can_write: canWrite,
    last_drilled: lastDrilledAt === null ? null : isoTime(lastDrilledAt),
    trouble,
    fix,
  }));

/** The bound rows as a table for an issue or a chat. */
export const readinessMarkdown = (rows: readonly Readiness[]): string =>
  renderMarkdownTable(
    ['Agent', 'Action', 'Driver', 'Can read', 'Can write', 'Last drilled'].map((title) => ({ title })),
    rows
      .filter(({ driver }) => driver !== null)
      .map((row) => [
        row.agent,
        row.action,
        row.driver ?? '',
        row.canRead,
        row.canWrite,
        row.lastDrilledAt === null ? 'never' : isoTime(row.lastDrilledAt),
      ]),
  );
