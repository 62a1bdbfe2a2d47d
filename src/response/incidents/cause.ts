import { formatMoney } from '../../ground/units/amount.ts';
import type { Cap, IncidentCause } from './incident.ts';

type CapCause = Extract<IncidentCause, { kind: 'cap' }>;

const figure: Readonly<Record<Cap, (value: number) => string>> = {
  steps_per_request: (value) => `${value.toLocaleString('en-US')} steps`,
  tokens_per_request: (value) => `${value.toLocaleString('en-US')} tokens`,
  per_request: formatMoney,
};

/** A title for what was detected, in a few words. */
export const capTitle = (agent: string, { cap, value, limit }: Pick<CapCause, 'cap' | 'value' | 'limit'>): string =>
  `${agent}: ${figure[cap](value)} in one request, ${figure[cap](limit)} allowed`;

/** What was seen, in one sentence; null where a person opened it, who says it in the title. */
export const causeSentence = (cause: IncidentCause): string | null => {
  if (cause.kind === 'person') return null;
  const shown = cause.trace === null ? '' : ` (trace ${cause.trace})`;
  if (cause.kind === 'alert') return `the alert ${cause.rule} fired: ${cause.reason}${shown}`;
  return `one request went to ${figure[cause.cap](cause.value)}; budget.${cause.cap} is ${figure[cause.cap](cause.limit)}${shown}`;
};
