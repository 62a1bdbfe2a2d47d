import type { AlertInstance, judge } from '../../src/oversight/alerts/alert-state.ts';
import type { judgeRule } from '../../src/oversight/alerts/judge-rule.ts';
import type { countedBy, openPast, PastRequest } from '../../src/oversight/alerts/past.ts';
import type { Rule } from '../../src/oversight/alerts/rule.ts';

export interface Setting {
  readonly name: string;
  readonly perHour: number;
}

export interface Trouble extends Setting {
  /** The rule that is to tell of it. */
  readonly rule: string;
}

export interface History {
  readonly requests: readonly PastRequest[];
  /** UTC epoch ms. */
  readonly watchedFrom: number;
  readonly until: number;
  /** Null: nothing goes wrong. */
  readonly began: number | null;
}

export interface Program {
  readonly judgeRule: typeof judgeRule;
  readonly openPast: typeof openPast;
  readonly countedBy: typeof countedBy;
  readonly judge: typeof judge;
  readonly quietInstance: AlertInstance;
}

export const quietSettings: readonly Setting[];
export const troubles: readonly Trouble[];
export const historyOf: (random: () => number, setting: Setting, asked: { readonly days: number; readonly trouble: boolean }) => History;
export const watch: (program: Program, rules: readonly Rule[], history: History, stepMs?: number) => ReadonlyMap<string, readonly number[]>;
export const literally: (rules: readonly Rule[]) => readonly Rule[];
