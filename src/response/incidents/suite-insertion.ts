import { suiteText } from '../../quality/evals/exchange/suite-text.ts';
import type { IncidentCase } from './collect-case.ts';

/** The suite that holds this case alone. */
export const newSuiteText = ({ agent, remarks, value }: IncidentCase): string =>
  suiteText({
    head: ['Requests that once went wrong, as cases: agentops incident export-case adds to it.'],
    settings: [['agent', agent]],
    cases: [{ remarks, value }],
  });

const casesKey = /^cases:[ \t]*(?:\[[ \t]*\][ \t]*)?(?:#.*)?$/;

/** The text of a suite with a case added to its list; null where the list cannot be found, because it is not written as a block. */
export const withCase = (text: string, { remarks, value }: IncidentCase): string | null => {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.replace(/\s+$/, '').split(/\r?\n/);
  const item = suiteText({ head: [], settings: [], cases: [{ remarks, value }] })
    .trimEnd()
    .split('\n')
    .slice(2);
  const at = lines.findIndex((line) => casesKey.test(line));
  if (at < 0) {
    if (lines.some((line) => /^["']?cases["']?[ \t]*:/.test(line))) return null;
    return [...lines, '', 'cases:', ...item, ''].join(newline);
  }
  const end = endOfBlock(lines, at + 1);
  const indent = /^( *)- /.exec(lines.slice(at + 1, end).find((line) => /^ *- /.test(line)) ?? '')?.[1]?.length ?? 2;
  const moved = item.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line.slice(2)}`));
  return [...lines.slice(0, at), 'cases:', ...lines.slice(at + 1, end), ...moved, ...lines.slice(end), ''].join(newline);
};

/** Behind the last line of a block: where the next key begins, but for the blank lines and remarks above that. */
const endOfBlock = (lines: readonly string[], from: number): number => {
  const next = lines.findIndex((line, at) => at >= from && /^[^\s#-]/.test(line));
  let end = next < 0 ? lines.length : next;
  while (end > from && /^(?:#.*)?\s*$/.test(lines[end - 1] ?? '')) end -= 1;
  return end;
};
