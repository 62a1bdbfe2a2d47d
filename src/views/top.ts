import { renderLine } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import type { FleetStatus } from '../oversight/status/fleet-status.ts';
import { figureNamed, type Sorting, sortRows } from './status-facts.ts';
import { statusParts } from './status-text.ts';
import { renderListText, type TraceList } from './traces.ts';
import { joined } from './words.ts';

/** What a person chose at the screen. */
export interface TopState {
  readonly sorting: Sorting | null;
  /** Shown are rows whose name holds this. */
  readonly filter: string;
  /** Keys go into the filter. */
  readonly isTyping: boolean;
  /** The key of the row that is pointed at; null: the first. */
  readonly selected: string | null;
  /** The agent that is looked into; null: the whole fleet is shown. */
  readonly opened: string | null;
  /** Position among `topWindows`. */
  readonly window: number;
  readonly isDone: boolean;
}

const hourMs = 3_600_000;
/** The windows that `w` goes through, ms. */
export const topWindows: readonly number[] = [hourMs / 4, hourMs, 24 * hourMs, 7 * 24 * hourMs, 30 * 24 * hourMs];

export const firstTop: TopState = { sorting: null, filter: '', isTyping: false, selected: null, opened: null, window: 1, isDone: false };

/** What `s` sorts by, one after another; null is the order of the manifest. */
const sortings: readonly (string | null)[] = [
  null,
  'state',
  'requests',
  'error-rate',
  'p95',
  'cost',
  'per-request',
  'baseline',
  'steps-max',
];

const typed = (state: TopState, key: string): TopState => {
  if (key === 'enter') return { ...state, isTyping: false };
  if (key === 'escape') return { ...state, isTyping: false, filter: '' };
  if (key === 'backspace') return { ...state, filter: [...state.filter].slice(0, -1).join('') };
  return [...key].length === 1 && key >= ' ' ? { ...state, filter: state.filter + key } : state;
};

/** The state after a key; `shown`: the keys of the rows on the screen, in their order. */
export const pressed = (state: TopState, key: string, shown: readonly string[]): TopState => {
  if (state.isTyping) return typed(state, key);
  const at = Math.max(0, shown.indexOf(state.selected ?? ''));
  const select = (position: number) => ({ ...state, selected: shown[Math.max(0, Math.min(shown.length - 1, position))] ?? null });
  switch (key) {
    case 'q':
      return { ...state, isDone: true };
    case 'up':
    case 'k':
      return select(at - 1);
    case 'down':
    case 'j':
      return select(at + 1);
    case 'enter':
      return { ...state, opened: state.opened === null ? (shown[at] ?? null) : state.opened };
    case 'escape':
    case 'backspace':
      return state.opened === null ? { ...state, filter: '' } : { ...state, opened: null };
    case 's': {
      const next = sortings[(sortings.indexOf(state.sorting?.column ?? null) + 1) % sortings.length] ?? null;
      return { ...state, sorting: next === null ? null : { column: next, descending: true } };
    }
    case 'r':
      return { ...state, sorting: state.sorting === null ? null : { ...state.sorting, descending: !state.sorting.descending } };
    case 'w':
      return { ...state, window: (state.window + 1) % topWindows.length };
    case '/':
      return state.opened === null ? { ...state, isTyping: true } : state;
    default:
      return state;
  }
};

/** What is on the screen. */
export interface TopData {
  readonly status: FleetStatus;
  /** Of the agent that is looked into; null: none is, or it is not read yet. */
  readonly opened: { readonly agent: string; readonly byModel: FleetStatus; readonly failures: TraceList } | null;
  /** Why the last reading failed, or why there is less to see than elsewhere; null: all is there. */
  readonly trouble: string | null;
}

const fitting = (status: FleetStatus, filter: string): FleetStatus =>
  filter === '' ? status : { ...status, rows: status.rows.filter(({ key }) => key.toLowerCase().includes(filter.toLowerCase())) };

/** The keys of the rows that a state shows, in their order. */
export const shownKeys = (status: FleetStatus, { filter, sorting }: TopState): readonly string[] =>
  sortRows(fitting(status, filter).rows, sorting).map(({ key }) => key);

const narrower = (look: Look, by: number): Look => ({
  width: look.width === null ? null : Math.max(20, look.width - by),
  unicode: look.unicode,
  paint: look.paint,
});

const footOf = (look: Look, state: TopState, { trouble }: TopData): string => {
  if (trouble !== null) return renderLine(look, 0, [{ text: trouble, tone: 'bad' }]);
  if (state.isTyping) return renderLine(look, 0, [{ text: `filter: ${state.filter}`, tone: 'strong' }, { text: '_' }]);
  if (state.opened !== null) return renderLine(look, 0, [{ text: joined(look, ['esc back', 'w window', 'q quit']), tone: 'dim' }]);
  const { sorting } = state;
  const by =
    sorting === null ? 'manifest' : `${figureNamed(sorting.column)?.name ?? sorting.column}${sorting.descending ? '' : ', least first'}`;
  const keys = [
    `s sort: ${by}`,
    'r reverse',
    `/ filter${state.filter === '' ? '' : `: ${state.filter}`}`,
    'w window',
    'enter open',
    'q quit',
  ];
  return renderLine(look, 0, [{ text: joined(look, keys), tone: 'dim' }]);
};

/** Rows from the one on that leaves the selected one on the screen. */
const scrolled = (blocks: readonly (readonly string[])[], selected: number, room: number): readonly string[] => {
  let first = 0;
  const heightOf = (from: number) => blocks.slice(from, selected + 1).reduce((sum, lines) => sum + lines.length, 0);
  while (first < selected && heightOf(first) > room) first += 1;
  return blocks.slice(first).flat().slice(0, room);
};

const filled = (lines: readonly string[], rows: number): readonly string[] => [
  ...lines.slice(0, rows),
  ...new Array<string>(Math.max(0, rows - lines.length)).fill(''),
];

const openedFrame = (
  look: Look,
  { byModel, failures, agent }: NonNullable<TopData['opened']>,
  status: FleetStatus,
  zone: string,
): readonly string[] => {
  const only = { ...status, rows: status.rows.filter(({ key }) => key === agent) };
  const own = statusParts(only, look, { columns: null, sorting: null });
  const models = statusParts(byModel, look, { columns: null, sorting: { column: 'cost', descending: true } });
  const list = renderListText(failures, { look, verbose: false, zone }).split('\n').slice(1);
  const title = (text: string) => renderLine(look, 0, [{ text, tone: 'strong' }]);
  return [
    ...own.head,
    '',
    own.titles,
    ...own.rows.flatMap(({ lines }) => lines),
    '',
    title('its calls by model'),
    ...(models.rows.length === 0 ? ['none'] : [models.titles, ...models.rows.flatMap(({ lines }) => lines)]),
    '',
    title('its last failures'),
    ...(failures.lines.length === 0 ? ['none'] : list.filter((line) => line !== '')),
  ];
};

/** One screen full of lines: the fleet, or the agent that is looked into. */
export const topFrame = (look: Look, rows: number, state: TopState, data: TopData, zone: string): readonly string[] => {
  const foot = footOf(look, state, data);
  if (state.opened !== null && data.opened?.agent === state.opened)
    return [...filled(openedFrame(look, data.opened, data.status, zone), rows - 1), foot];
  const mark = look.unicode ? '▶ ' : '> ';
  const parts = statusParts(fitting(data.status, state.filter), narrower(look, 2), { columns: null, sorting: state.sorting });
  const selected = Math.max(
    0,
    parts.rows.findIndex(({ key }) => key === state.selected),
  );
  const blocks = parts.rows.map(({ lines }, at) =>
    lines.map((line, nth) => `${at === selected && nth === 0 ? look.paint('strong', mark) : '  '}${line}`),
  );
  const top = [...parts.head, '', `  ${parts.titles}`];
  const body = blocks.length === 0 ? ['  nothing fits the filter'] : scrolled(blocks, selected, Math.max(1, rows - 1 - top.length));
  return [...filled([...top, ...body], rows - 1), foot];
};
