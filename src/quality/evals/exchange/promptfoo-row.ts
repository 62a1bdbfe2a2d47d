import type { JsonObject } from '../../../ground/json.ts';
import { expectationOfCell } from './expected-text.ts';

/**
 * A record of a table as the test that promptfoo reads it as: columns are variables, but for those that begin with two underscores.
 * Source: "Test cases from CSV" of its documentation.
 */
export const testOfRow = (cells: readonly (readonly [column: string, cell: string])[]): JsonObject => {
  const filled = cells.filter(([, cell]) => cell.trim() !== '');
  const special = (name: string) => filled.find(([column]) => column === name)?.[1];
  const metric = special('__metric');
  const asserts = filled.filter(([column]) => column.startsWith('__expected')).map(([, cell]) => expectationOfCell(cell));
  const thresholds = new Map(filled.flatMap(([column, cell]) => thresholdIn(column, cell)));
  const threshold = special('__threshold');
  const output = special('__providerOutput');
  const description = special('__description');
  return {
    vars: Object.fromEntries(cells.filter(([column]) => !column.startsWith('__'))),
    assert: asserts.map((each, at) => ({
      ...each,
      ...(metric === undefined ? {} : { metric }),
      ...(thresholds.has(at) ? { threshold: thresholds.get(at) ?? 0 } : {}),
    })),
    ...(description === undefined ? {} : { description }),
    ...(threshold === undefined ? {} : { threshold: Number(threshold) }),
    ...(output === undefined ? {} : { providerOutput: output }),
    metadata: Object.fromEntries(filled.flatMap(([column, cell]) => metadataIn(column, cell))),
    options: { ...told('prefix', special('__prefix')), ...told('suffix', special('__suffix')) },
  };
};

/** `__config:__expected2:threshold` speaks of the second assertion of the row. */
const thresholdIn = (column: string, cell: string): readonly (readonly [number, number])[] => {
  const [, number = '1'] = /^__config:__expected(\d*):threshold$/.exec(column) ?? [];
  return column.startsWith('__config:') ? [[Math.max(1, Number(number || '1')) - 1, Number(cell)]] : [];
};

const metadataIn = (column: string, cell: string): readonly (readonly [string, string | readonly string[]])[] => {
  if (!column.startsWith('__metadata:')) return [];
  const key = column.slice('__metadata:'.length);
  return key.endsWith('[]') ? [[key.slice(0, -2), cell.split(',').map((word) => word.trim())]] : [[key, cell]];
};

const told = (name: string, text: string | undefined): JsonObject => (text === undefined ? {} : { [name]: text });
