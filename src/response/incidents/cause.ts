import { formatMoney } from '../../ground/units/amount.ts';
import type { Cap, IncidentCause } from './incident.ts';

const figure: Readonly<Record<Cap, (value: number) => string>> = {
  steps_per_request: (value) => `${value.toLocaleString('en-US')} steps`,
  tokens_per_request: (value) => `${value.toLocaleString('en-US')} tokens`,
  per_request: formatMoney,
};

/** What was seen, in one sentence; null where a person opened it, who says it in the title. */
export const causeSentence = (cause: IncidentCause): string | null =>
  cause.kind === 'person'
    ? null
    : `one request went to ${figure[cause.cap](cause.value)}; budget.${cause.cap} is ${figure[cause.cap](cause.limit)} (trace ${cause.trace})`;
