import { nagiosText } from './escape.ts';

/** What a monitoring plugin answers with: its exit status and the word for it. */
export type NagiosStatus = 0 | 1 | 2 | 3;
const words = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;

/** Performance data; `unit` is one of `s % B c` or none. Null values are left out. */
export interface PerfDatum {
  readonly label: string;
  readonly value: number | null;
  readonly unit?: 's' | '%' | 'B' | 'c';
  readonly min?: number;
  readonly max?: number;
}

const datum = ({ label, value, unit, min, max }: PerfDatum): readonly string[] => {
  if (value === null) return [];
  const range = min === undefined && max === undefined ? '' : `;;;${min ?? ''};${max ?? ''}`.replace(/;+$/, '');
  return [`'${nagiosText(label).replace(/'/g, "''").replace(/=/g, '-')}'=${value}${unit ?? ''}${range}`];
};

/** Plugin output (Monitoring Plugins development guidelines): `SERVICE STATUS - text | performance data`, then the long output. */
export const renderNagios = (
  service: string,
  status: NagiosStatus,
  summary: string,
  data: readonly PerfDatum[],
  long: readonly string[],
): string => {
  const performance = data.flatMap(datum).join(' ');
  const first = `${service} ${words[status]} - ${nagiosText(summary)}${performance === '' ? '' : ` | ${performance}`}`;
  return [first, ...long.map(nagiosText), ''].join('\n');
};
