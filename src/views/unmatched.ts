import { isoTime, jsonDocument } from '../ground/output/json.ts';
import { renderParagraph } from '../ground/output/line.ts';
import { ago, plural } from '../ground/output/phrases.ts';
import { type Column, renderTable } from '../ground/output/table.ts';
import type { Range } from '../ground/units/window.ts';
import type { UnmatchedLabels } from '../telemetry/traces/trace.cache.ts';
import { countOf } from './figures.ts';
import { windowWord } from './status-facts.ts';
import { freshness, traceHead } from './traces.ts';
import { joined, missing, type ViewOptions } from './words.ts';

/** The answer of `agentops traces unmatched`. */
export interface UnmatchedReport {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly window: Range;
  readonly syncedUs: number | null;
  /** Most requests first. */
  readonly groups: readonly UnmatchedLabels[];
}

const columns: readonly Column[] = [
  { title: 'REQS', align: 'right' },
  { title: 'LAST', align: 'right' },
  { title: 'BACKEND' },
  { title: 'TRACE_NAME', flexible: true },
  { title: 'SERVICE_NAME', flexible: true },
  { title: 'AGENT_NAME', flexible: true },
  { title: 'ENVIRONMENT', flexible: true, optional: true },
];

/** The lines of a manifest that would claim a group; JSON strings are YAML strings. */
const claimOf = ({ source, agentName, traceName, serviceName }: UnmatchedLabels): string => {
  const [key, word] =
    agentName !== null ? ['agent_name', agentName] : traceName !== null ? ['trace_name', traceName] : ['service_name', serviceName];
  return word === null ? '' : `traces: { backend: ${source}, match: { ${key}: ${JSON.stringify(word)} } }`;
};

const renderText = (report: UnmatchedReport, { look }: ViewOptions): string => {
  const { groups, generatedAt, window, syncedUs } = report;
  const total = groups.reduce((sum, { requests }) => sum + requests, 0);
  const facts = [
    `last ${windowWord((window.toUs - window.fromUs) / 1000)}`,
    total === 0 ? 'every request is claimed by an agent' : `${plural(total, 'request')} that no agent claims`,
    freshness(syncedUs, generatedAt),
  ];
  const head = renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
    { text: report.fleet, tone: 'strong' },
    { text: joined(look, ['', ...facts]), tone: 'dim' },
  ]);
  if (groups.length === 0) return [...head, ''].join('\n');
  const table = renderTable(
    look,
    columns,
    groups.map(({ requests, lastUs, source, traceName, serviceName, agentName, environment }) => [
      { text: countOf(requests) },
      { text: ago(lastUs / 1000, generatedAt), tone: 'dim' },
      { text: source },
      ...[traceName, serviceName, agentName, environment].map((word) => ({ text: word ?? missing })),
    ]),
  );
  const claim = groups.map(claimOf).find((line) => line !== '');
  const advice =
    claim === undefined
      ? []
      : [
          '',
          ...renderParagraph(look, { indent: 0, hang: 2, maxLines: 3 }, [
            { text: 'to claim the first, give an agent ', tone: 'dim' },
            { text: claim },
          ]),
        ];
  return [...head, '', table.head, ...table.rows, ...advice, ''].join('\n');
};

const renderJson = (report: UnmatchedReport): string =>
  jsonDocument(report.fleet, report.generatedAt, {
    ...traceHead(report),
    groups: report.groups.map(({ source, traceName, serviceName, agentName, environment, requests, lastUs }) => ({
      source,
      trace_name: traceName,
      service_name: serviceName,
      agent_name: agentName,
      environment,
      requests,
      last: isoTime(lastUs / 1000),
    })),
  });

/** Every format of `agentops traces unmatched`. */
export const unmatchedFormats = { text: renderText, json: renderJson } satisfies Readonly<
  Record<string, (report: UnmatchedReport, options: ViewOptions) => string>
>;
