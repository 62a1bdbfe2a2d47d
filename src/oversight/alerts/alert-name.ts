import type { AlertKey } from './alert.ts';

/** What a person types to name alerts: a rule, and perhaps the agent and the stage or measure. */
export interface AlertName {
  readonly rule: string;
  /** Null: every agent. */
  readonly agent: string | null;
  /** Null: every stage or measure. */
  readonly label: string | null;
}

/** `RULE/AGENT[/LABEL]`, as people type it and read it. */
export const writtenAlert = ({ rule, agent, label }: AlertKey): string => [rule, agent, ...(label === '' ? [] : [label])].join('/');

/** Reads `RULE[/AGENT[/LABEL]]`; null where it is none. */
export const readAlertName = (text: string): AlertName | null => {
  const [rule = '', agent = null, label = null, ...rest] = text.split('/');
  return rule === '' || agent === '' || label === '' || rest.length > 0 ? null : { rule, agent, label };
};

/** Whether an alert is one of those named. */
export const isNamed = (key: AlertKey, { rule, agent, label }: AlertName): boolean =>
  key.rule === rule && (agent === null || key.agent === agent) && (label === null || key.label === label);
