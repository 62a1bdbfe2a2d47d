import { renderLine, renderParagraph } from '../ground/output/line.ts';
import { plural } from '../ground/output/phrases.ts';
import { formatShare } from '../ground/units/amount.ts';
import type { BroadLook } from '../quality/evals/broad-drop.ts';
import type { CriticalCase } from '../quality/evals/critical-cases.ts';
import type { FloorLook } from '../quality/evals/floor.ts';
import type { GateEvidence } from '../quality/evals/gate.ts';
import type { Levels } from '../quality/evals/looks.ts';
import type { EvalReport } from '../quality/evals/report.ts';
import type { SharpCase } from '../quality/evals/sharp-breaks.ts';
import type { ViewOptions } from './words.ts';

/** Suspicious cases that are told of; the JSON document has all. */
const mostCases = 10;

const pText = (p: number): string => (p === 0 ? '0' : p < 0.0001 ? p.toExponential(1) : p.toFixed(4));
const points = (share: number): string => `${(share * 100).toFixed(1)} points`;
const levelText = ({ first, second }: Levels): string =>
  second === 0 ? `at ${pText(first)}` : `at ${pText(first)}, and at ${pText(second)} once cases were asked again`;

const comparedText = ({ baseline, deciding, paired, pairing: { fresh, changed, removed } }: GateEvidence): string =>
  baseline === null
    ? 'with nothing: no run was accepted'
    : `${paired} of ${plural(deciding, 'case')} that decide, each with itself in ${plural(baseline.runs, 'run')}; ${fresh.length} new, ${changed.length} changed, ${removed.length} not asked`;

const unjudgedText = ({ coverage: { errors, trials, errorShare, mostErrors } }: GateEvidence): string =>
  `${errors} of ${plural(trials, 'trial')}, ${formatShare(errorShare)}; up to ${formatShare(mostErrors)} may be`;

const criticalText = ({ caseId, fails, trials, failsAgain, state }: CriticalCase): string =>
  `${caseId}: ${fails} of ${trials} failed${failsAgain === null ? '' : `, ${failsAgain} when asked again`}: ${state}`;

const stateWords: Readonly<Record<SharpCase['state'], string>> = {
  broken: 'broken',
  waiting: 'no proof yet, worth asking again',
  open: 'neither proof nor nothing',
  cleared: 'no proof',
};

const sharpText = ({ caseId, failsNow, trialsNow, failsBefore, trialsBefore, p, adjustedP, state }: SharpCase): string =>
  `${caseId}: ${failsNow} of ${trialsNow} failed, ${failsBefore} of ${trialsBefore} before: p ${pText(p)}, adjusted ${pText(adjustedP)}: ${stateWords[state]}`;

const broadText = ({ fails, trials, expectedFails, drop, p, clusteredP, exact }: BroadLook): string =>
  `${fails} of ${plural(trials, 'trial')} failed where ${expectedFails.toFixed(1)} would have, a drop of ${points(drop)}: p ${pText(p)}${
    clusteredP === null ? '' : `, of which ${pText(clusteredP)} between clusters`
  }${exact ? '' : ' (normal approximation)'}`;

const floorText = ({ passRate, effectiveTrials, p }: FloorLook): string =>
  `${formatShare(passRate)} passed, worth ${plural(effectiveTrials, 'independent trial')}: p ${pText(p)}`;

/** Every number a verdict was derived from, by the rule that took it. */
const evidenceRows = (evidence: GateEvidence): readonly (readonly [string, string])[] => {
  const { settings, critical, sharp, broad, floor } = evidence;
  const looks = <Look>(name: string, { first, second }: { first: Look; second: Look | null }, say: (look: Look) => string) => [
    [name, say(first)] as const,
    ...(second === null ? [] : [['again', say(second)] as const]),
  ];
  return [
    ['unjudged', unjudgedText(evidence)],
    ['compared', comparedText(evidence)],
    ...(critical === null
      ? []
      : [
          [
            'critical',
            `${plural(critical.cases, 'case')}, ${critical.notAlwaysPassed.length} of them failed${
              critical.falseRed === null ? '' : `; red by chance: ${formatShare(critical.falseRed)}, by how they did before`
            }`,
          ] as const,
          ...critical.notAlwaysPassed.slice(0, mostCases).map((each) => ['', criticalText(each)] as const),
        ]),
    ...(sharp === null
      ? []
      : [
          ['one case', `Fisher, Holm among ${plural(sharp.family, 'case')}, ${levelText(sharp.levels)}`] as const,
          ...sharp.cases.slice(0, mostCases).map((each) => ['', sharpText(each)] as const),
        ]),
    ...(broad === null
      ? []
      : [
          ['the whole', `Cochran–Mantel–Haenszel, ${levelText(broad.levels)}, from ${points(settings.minEffect)} on`] as const,
          ...looks('', broad, broadText),
        ]),
    ...(floor === null
      ? []
      : [
          ['floor', `${formatShare(floor.minPassRate)}, exact binomial, ${levelText(floor.levels)}`] as const,
          ...looks('', floor, floorText),
        ]),
  ];
};

/** How the verdict on a run came about. */
export const renderEvalEvidence = ({ gate }: EvalReport, { look }: ViewOptions): string =>
  [
    '',
    renderLine(look, 0, [{ text: 'How it was judged', tone: 'strong' }]),
    ...evidenceRows(gate.evidence).flatMap(([name, text]) =>
      renderParagraph(look, { indent: 2, hang: 11, maxLines: 4 }, [{ text: name.padEnd(11), tone: 'dim' }, { text }]),
    ),
    '',
  ].join('\n');
