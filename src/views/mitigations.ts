import type { Mitigation } from '../controls/actions/mitigation.ts';
import { jsonDocument } from '../ground/output/json.ts';
import type { Tone } from '../ground/output/look.ts';
import { localTime } from '../ground/output/phrases.ts';
import { renderTable } from '../ground/output/table.ts';
import type { Ended } from '../response/runbooks/expire-mitigations.ts';
import { mitigationFacts, standingOf } from './mitigation-facts.ts';
import type { ViewOptions } from './words.ts';

/** The answer of `agentops mitigations list` and `extend`. */
export interface MitigationList {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly mitigations: readonly Mitigation[];
}

const tones: Readonly<Record<Mitigation['status'] | Ended['result'], Tone>> = {
  active: 'plain',
  overdue: 'bad',
  reverted: 'good',
  held: 'warn',
  conflict: 'bad',
};

const renderList = ({ mitigations, generatedAt }: MitigationList, { look, zone }: ViewOptions): string => {
  if (mitigations.length === 0) return 'nothing is in force\n';
  const { head, rows } = renderTable(
    look,
    [
      { title: 'Mitigation' },
      { title: 'Agent', flexible: true },
      { title: 'What' },
      { title: 'Target', flexible: true },
      { title: 'Until' },
      { title: 'Standing' },
    ],
    mitigations.map((mitigation) => {
      const { id, agent, action, change, expiresAt, onExpiry } = mitigation;
      const standing = standingOf(mitigation, generatedAt);
      return [
        { text: id },
        { text: agent },
        { text: action.replace('_', ' ') },
        { text: change.target },
        { text: expiresAt === null ? 'a person ends it' : `${localTime(expiresAt, zone)}${onExpiry === 'page' ? ', then pages' : ''}` },
        { text: standing, tone: tones[standing] },
      ];
    }),
  );
  return [head, ...rows].map((line) => `${line}\n`).join('');
};

/** Every format of `agentops mitigations list` and `extend`. */
export const mitigationFormats = (list: MitigationList) => ({
  text: (options: ViewOptions) => renderList(list, options),
  json: () =>
    jsonDocument(list.fleet, list.generatedAt, {
      mitigations: list.mitigations.map((mitigation) => ({
        ...mitigationFacts(mitigation),
        status: standingOf(mitigation, list.generatedAt),
      })),
    }),
});

/** The answer of `agentops runbook expire` and `agentops mitigations revert`. */
export interface EndedList {
  readonly fleet: string;
  readonly generatedAt: number;
  readonly ended: readonly Ended[];
}

const renderEnded = ({ ended }: EndedList, { look }: ViewOptions): string => {
  if (ended.length === 0) return 'nothing was due\n';
  const { head, rows } = renderTable(
    look,
    [
      { title: 'Mitigation' },
      { title: 'Agent', flexible: true },
      { title: 'What' },
      { title: 'Result' },
      { title: 'Seen', flexible: true, minWidth: 16 },
    ],
    ended.map(({ mitigation, result, evidence }) => [
      { text: mitigation.id },
      { text: mitigation.agent },
      { text: mitigation.action.replace('_', ' ') },
      { text: result, tone: tones[result] },
      { text: evidence },
    ]),
  );
  return [head, ...rows].map((line) => `${line}\n`).join('');
};

/** Every format of `agentops runbook expire` and `agentops mitigations revert`. */
export const endedFormats = (list: EndedList) => ({
  text: (options: ViewOptions) => renderEnded(list, options),
  json: () =>
    jsonDocument(list.fleet, list.generatedAt, {
      ended: list.ended.map(({ mitigation, result, evidence }) => ({ ...mitigationFacts(mitigation), result, evidence })),
    }),
});
