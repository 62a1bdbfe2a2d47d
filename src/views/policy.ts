import type { PolicyFinding } from '../fleet/policy.ts';
import { githubData } from '../ground/output/escape.ts';
import { renderAnnotation } from '../ground/output/github.ts';
import { jsonDocument } from '../ground/output/json.ts';
import { renderJunit } from '../ground/output/junit.ts';
import { renderLine } from '../ground/output/line.ts';
import type { Look } from '../ground/output/look.ts';
import { plural } from '../ground/output/phrases.ts';
import { type Sign, stateSigns, symbolOf, type ViewOptions } from './words.ts';

/** The answer of `agentops policy check`. */
export interface PolicyReport {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly agents: number;
  /** Warnings fail it too. */
  readonly isStrict: boolean;
  /** Agents in the order of the manifest. */
  readonly findings: readonly PolicyFinding[];
}

const isGrave = ({ isStrict }: PolicyReport, { severity }: PolicyFinding): boolean => isStrict || severity === 'error';

/** What the check comes to: a violation before what could not be seen. */
export const findingOf = (report: PolicyReport): 'found' | 'no_verdict' | 'none' => {
  const grave = report.findings.filter((finding) => isGrave(report, finding));
  if (grave.some(({ verdict }) => verdict === 'fail')) return 'found';
  return grave.some(({ verdict }) => verdict === 'unknown') ? 'no_verdict' : 'none';
};

const signOf = (report: PolicyReport, finding: PolicyFinding): Sign => {
  if (finding.verdict === 'pass') return stateSigns.green;
  if (finding.verdict === 'unknown') return stateSigns.unknown;
  return isGrave(report, finding) ? stateSigns.red : stateSigns.yellow;
};

const findingLines = (report: PolicyReport, finding: PolicyFinding, look: Look, width: number): readonly string[] => {
  const sign = signOf(report, finding);
  return [
    renderLine(look, 2, [{ text: `${symbolOf(look, sign)} ${finding.policy.padEnd(width)}  `, tone: sign.tone }, { text: finding.reason }]),
    ...(finding.hint === null ? [] : [renderLine(look, width + 6, [{ text: finding.hint, tone: 'dim' }])]),
  ];
};

const summary = (report: PolicyReport): string => {
  const { findings, agents } = report;
  const failed = findings.filter(({ verdict }) => verdict === 'fail');
  const grave = failed.filter((finding) => isGrave(report, finding)).length;
  const unknown = findings.filter(({ verdict }) => verdict === 'unknown').length;
  return [
    `${plural(agents, 'agent')}: ${grave === 0 ? 'nothing is violated' : plural(grave, 'violation')}`,
    ...(failed.length > grave ? [plural(failed.length - grave, 'warning')] : []),
    ...(unknown > 0 ? [`${unknown} could not be seen`] : []),
  ].join(', ');
};

const renderText = (report: PolicyReport, { look, verbose }: ViewOptions): string => {
  const width = Math.max(0, ...report.findings.map(({ policy }) => policy.length));
  const agents = [...new Set(report.findings.map(({ agent }) => agent))];
  const blocks = agents.flatMap((agent) => {
    const shown = report.findings.filter((finding) => finding.agent === agent && (verbose || finding.verdict !== 'pass'));
    if (shown.length === 0) return [];
    return [
      renderLine(look, 0, [{ text: agent, tone: 'strong' }]),
      ...shown.flatMap((finding) => findingLines(report, finding, look, width)),
      '',
    ];
  });
  return [...blocks, renderLine(look, 0, [{ text: summary(report) }]), ''].join('\n');
};

const renderGithub = (report: PolicyReport): string => {
  const lines = report.findings
    .filter(({ verdict }) => verdict !== 'pass')
    .map((finding) =>
      renderAnnotation({
        level: finding.verdict === 'unknown' ? 'notice' : isGrave(report, finding) ? 'error' : 'warning',
        title: `policy ${finding.policy} on ${finding.agent}`,
        message: [finding.reason, finding.hint].filter((words) => words !== null).join(': '),
      }),
    );
  return [...lines, githubData(summary(report)), ''].join('\n');
};

const renderReport = (report: PolicyReport): string => {
  const agents = [...new Set(report.findings.map(({ agent }) => agent))];
  return renderJunit(
    `${report.fleet} policies`,
    agents.map((agent) => ({
      name: agent,
      at: report.generatedAt,
      properties: {},
      cases: report.findings
        .filter((finding) => finding.agent === agent)
        .map((finding) => ({
          name: finding.policy,
          className: agent,
          seconds: null,
          result:
            finding.verdict === 'pass'
              ? { kind: 'passed' as const }
              : finding.verdict === 'unknown'
                ? { kind: 'skipped' as const, message: finding.reason }
                : isGrave(report, finding)
                  ? { kind: 'failure' as const, type: finding.require, message: finding.reason, lines: [finding.hint ?? ''] }
                  : { kind: 'skipped' as const, message: `warning: ${finding.reason}` },
        })),
    })),
  );
};

/** Every format of `agentops policy check`. */
export const policyFormats = (report: PolicyReport) => ({
  text: (options: ViewOptions) => renderText(report, options),
  json: () =>
    jsonDocument(report.fleet, report.generatedAt, {
      agents: report.agents,
      strict: report.isStrict,
      violations: report.findings.filter((finding) => finding.verdict === 'fail' && isGrave(report, finding)).length,
      findings: report.findings,
    }),
  github: () => renderGithub(report),
  junit: () => renderReport(report),
});
