import type { At } from '../../fleet/slots.ts';
import { type Bindings, bindingFindings } from './lint-binding.ts';
import { classFindings } from './lint-class.ts';
import { stepFindings } from './lint-step.ts';
import type { ParsedFile } from './open-parsed.ts';
import type { Runbook } from './runbook.ts';

/** Something in a runbook that would hurt whoever relies on it. An error keeps it from being trusted; a warning is a matter of taste. */
export interface LintFinding {
  /** A stable machine word: `throttle-without-ttl`. */
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly at: At;
  readonly message: string;
  readonly hint: string | null;
}

/** What lint says of a file that cannot be read as a runbook. */
export const unreadable = (problems: ParsedFile['problems']): readonly LintFinding[] =>
  problems.map(({ at, message, hint, rule = 'invalid' }) => ({ rule, severity: 'error', at, message, hint }));

/** Everything that is dangerous in a runbook. @param bindings what the manifest binds; null: no manifest is at hand */
export const lintRunbook = (runbook: Runbook, bindings: Bindings | null): readonly LintFinding[] => [
  ...classFindings(runbook),
  ...[...runbook.steps, ...runbook.finally].flatMap((step) => stepFindings(runbook, step)),
  ...(bindings === null ? [] : bindingFindings(runbook, bindings)),
];
