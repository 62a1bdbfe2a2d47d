import { githubData } from '../ground/output/escape.ts';
import { renderAnnotation } from '../ground/output/github.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderLine, renderParagraph } from '../ground/output/line.ts';
import type { Cell, Look } from '../ground/output/look.ts';
import { renderMarkdownTable } from '../ground/output/markdown.ts';
import { localTime, plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import { humanDuration } from '../ground/units/duration.ts';
import { writtenAlert } from '../oversight/alerts/alert-name.ts';
import { type Backtest, type BacktestRun, perWeek } from '../oversight/alerts/backtest.ts';
import { type Episode, nightHours, type Tally } from '../oversight/alerts/episode.ts';
import { backtestFacts, gateText } from './backtest-facts.ts';
import { missing, shareOrMissing, stateSigns, symbolOf, type ViewOptions } from './words.ts';

const right = { align: 'right' } as const;

const tallyColumns: readonly Column[] = [
  { title: 'FIRED', ...right },
  { title: 'TOLD', ...right },
  { title: 'A WEEK', ...right },
  { title: 'PAGES', ...right },
  { title: 'AT NIGHT', ...right },
  { title: 'FIRING', ...right, optional: true },
];

const tallyCells = (tally: Tally, range: Backtest): readonly string[] => [
  String(tally.episodes),
  String(tally.notifications),
  perWeek(tally.notifications, range).toFixed(1),
  String(tally.pages),
  String(tally.pagesAtNight),
  tally.firingMs === 0 ? missing : humanDuration(tally.firingMs),
];

/** Rows of a table as every format has them: the first cell says what of. */
const ruleRows = (run: BacktestRun, backtest: Backtest): readonly (readonly string[])[] => [
  ...run.byRule.map(({ rule, tally }) => [rule, ...tallyCells(tally, backtest)]),
  ['all', ...tallyCells(run.tally, backtest)],
];

const channelColumns: readonly Column[] = [
  { title: 'BEGUN', ...right },
  { title: 'MESSAGES', ...right },
  { title: 'AT NIGHT', ...right },
];

const channelRows = ({ byChannel }: BacktestRun): readonly (readonly string[])[] =>
  byChannel.map(({ channel, messages, begun, atNight }) => [channel, String(begun), String(messages), String(atNight)]);

const runRows = ({ runs, ...range }: Backtest): readonly (readonly string[])[] =>
  runs.map(({ name, tally, score }) => [
    name,
    ...tallyCells(tally, { ...range, runs }),
    shareOrMissing(score?.recall ?? null),
    shareOrMissing(score?.precision ?? null),
    score?.medianDelayMs == null ? missing : humanDuration(score.medianDelayMs),
  ]);

const runColumns: readonly Column[] = [
  { title: 'RULES' },
  ...tallyColumns,
  { title: 'RECALL', ...right },
  { title: 'PRECISION', ...right },
  { title: 'DELAY', ...right },
];

const incidentRows = ({ score }: BacktestRun): readonly (readonly string[])[] =>
  (score?.incidents ?? []).map(({ incident, by, delayMs }) => [
    incident.id,
    by === null ? 'nobody was told' : writtenAlert(by),
    delayMs === null ? missing : humanDuration(Math.max(0, delayMs)),
  ]);

const headline = ({ from, until, agents, requests, stepMs, lagMs }: Backtest): string =>
  `${humanDuration(until - from)} of ${plural(agents, 'agent')}, ${plural(requests, 'request')} read; a moment every ${humanDuration(stepMs)}, judged ${humanDuration(lagMs)} later`;

const gateLine = ({ gate }: Backtest): string | null => {
  if (gate === null) return null;
  const value = gate.value === null ? '' : `${Number(gate.value.toFixed(2))}, which `;
  return `--fail-if ${gateText(gate)}: ${value}${gate.why === null ? gate.verdict : `decides nothing: ${gate.why}`}`;
};

const scoreLine = ({ score }: BacktestRun): string | null =>
  score === null
    ? null
    : `recall ${shareOrMissing(score.recall)}, precision ${shareOrMissing(score.precision)}, ${plural(score.falseAlarms.length, 'message')} about nothing that is labelled`;

const episodeLine = (episode: Episode, { look, zone }: ViewOptions): readonly string[] => [
  renderLine(look, 2, [
    { text: `${localTime(episode.firedAt, zone)}  ` },
    { text: writtenAlert(episode), tone: 'strong' },
    { text: episode.resolvedAt === null ? '  goes on' : `  ${humanDuration(episode.resolvedAt - episode.firedAt)}`, tone: 'dim' },
    ...(episode.quiet === null ? [] : [{ text: `  nobody was told, ${episode.quiet}`, tone: 'dim' } as const]),
  ]),
  ...renderParagraph(look, { indent: 4, hang: 0, maxLines: 3 }, [{ text: episode.reason, tone: 'dim' }]),
];

const table = (look: Look, columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] => {
  const cells = rows.map((row) => row.map((text): Cell => ({ text })));
  const { head, rows: lines } = renderTable(look, columns, cells);
  return [look.paint('dim', head), ...lines, ''];
};

const shownEpisodes = 12;

const gateSigns = { passes: stateSigns.green, fails: stateSigns.red, unknown: stateSigns.unknown } as const;

const renderText = (backtest: Backtest, options: ViewOptions): string => {
  const { look, verbose } = options;
  const { runs, diff, unreplayed, differences, gate, tooLittle } = backtest;
  const [run] = runs;
  const line = (text: string | null, tone: Cell['tone'] = 'plain') => (text === null ? [] : [renderLine(look, 0, [{ text, tone }])]);
  const paragraph = (text: string) => renderParagraph(look, { indent: 2, hang: 2, maxLines: 4 }, [{ text, tone: 'dim' }]);
  const list = (title: string, episodes: readonly Episode[]) => {
    const shown = verbose ? episodes : episodes.slice(0, shownEpisodes);
    return episodes.length === 0
      ? []
      : [
          ...line(title, 'strong'),
          ...shown.flatMap((each) => episodeLine(each, options)),
          ...(shown.length < episodes.length ? line(`  … ${episodes.length - shown.length} more: --verbose`, 'dim') : []),
          '',
        ];
  };
  const sign = gate === null ? stateSigns.unknown : gateSigns[gate.verdict];
  return [
    ...line(headline(backtest)),
    '',
    ...table(look, [{ title: 'RULE', flexible: true }, ...tallyColumns], ruleRows(run, backtest)),
    ...table(look, [{ title: 'CHANNEL', flexible: true }, ...channelColumns], channelRows(run)),
    ...(run.score === null
      ? []
      : [
          ...table(
            look,
            [
              { title: 'INCIDENT', flexible: true },
              { title: 'TOLD BY', flexible: true },
              { title: 'AFTER', ...right },
            ],
            incidentRows(run),
          ),
          ...line(scoreLine(run)),
          '',
        ]),
    ...(runs.length === 1 ? [] : table(look, runColumns, runRows(backtest))),
    ...(diff === null
      ? list('What would have fired', run.episodes)
      : [
          ...list('Only by these rules', diff.onlyFirst),
          ...list('Only by those they are held against', diff.onlySecond),
          ...line(`${plural(diff.both, 'firing')} by both`),
          '',
        ]),
    ...unreplayed.flatMap(({ rule, why }) => paragraph(`not replayed: ${rule}, because ${why}`)),
    ...paragraph(`night is from ${nightHours.from}:00 to 0${nightHours.to}:00 UTC`),
    ...(verbose
      ? differences.flatMap(paragraph)
      : paragraph(`${plural(differences.length, 'way')} in which this differs from live: --verbose`)),
    ...line(tooLittle === null ? null : `too little to go by: ${tooLittle}`, 'warn'),
    ...(gate === null ? [] : line(`${symbolOf(look, sign)} ${gateLine(backtest)}`, sign.tone)),
    '',
  ].join('\n');
};

const renderMarkdown = (backtest: Backtest): string => {
  const { runs, diff, gate, unreplayed, differences, tooLittle } = backtest;
  const [run] = runs;
  const tableOf = (columns: readonly Column[], rows: readonly (readonly string[])[]) => [renderMarkdownTable(columns, rows), ''];
  const score = scoreLine(run);
  return [
    '## Alerts over the past',
    '',
    headline(backtest),
    '',
    ...(gate === null ? [] : [`**${gateLine(backtest)}**`, '']),
    ...(tooLittle === null ? [] : [`**Too little to go by: ${tooLittle}**`, '']),
    ...tableOf([{ title: 'Rule' }, ...tallyColumns], ruleRows(run, backtest)),
    ...tableOf([{ title: 'Channel' }, ...channelColumns], channelRows(run)),
    ...(score === null
      ? []
      : [...tableOf([{ title: 'Incident' }, { title: 'Told by' }, { title: 'After', ...right }], incidentRows(run)), score, '']),
    ...(runs.length === 1 ? [] : tableOf(runColumns, runRows(backtest))),
    ...(diff === null
      ? []
      : [
          `${diff.onlyFirst.length} only by these rules, ${diff.onlySecond.length} only by those they are held against, ${diff.both} by both`,
          '',
        ]),
    ...unreplayed.map(({ rule, why }) => `- not replayed: ${rule}, because ${why}`),
    ...differences.map((difference) => `- ${difference}`),
    '',
  ].join('\n');
};

const renderGithub = (backtest: Backtest): string => {
  const { gate, tooLittle, runs } = backtest;
  const [run] = runs;
  const note = (level: 'error' | 'warning', title: string, message: string) => [renderAnnotation({ level, title, message })];
  return [
    ...(gate === null || gate.verdict === 'passes'
      ? []
      : note(gate.verdict === 'fails' ? 'error' : 'warning', 'alerts backtest', gateLine(backtest) ?? '')),
    ...(tooLittle === null ? [] : note('warning', 'alerts backtest', `too little to go by: ${tooLittle}`)),
    ...(run.score?.incidents ?? []).flatMap(({ incident, by }) =>
      by === null ? note('warning', `incident ${incident.id}`, 'nobody was told') : [],
    ),
    githubData(
      `${plural(run.tally.notifications, 'notification')}, ${plural(run.tally.pages, 'page')}, ${run.tally.pagesAtNight} at night, in ${humanDuration(backtest.until - backtest.from)}`,
    ),
    '',
  ].join('\n');
};

/** Every format of `agentops alerts backtest`. */
export const backtestFormats = (backtest: Backtest) => ({
  text: (options: ViewOptions) => renderText(backtest, options),
  json: () => jsonDocument(backtest.fleet, backtest.generatedAt, backtestFacts(backtest)),
  markdown: () => renderMarkdown(backtest),
  github: () => renderGithub(backtest),
});
