/** What a tick does, in this order: people are told before anything is acted on, and told again of what was done. */
export const duties = [
  { name: 'checks', summary: 'asks what is due of agents', deadlineMs: 120_000, endsEarly: true },
  { name: 'sync', summary: 'reads new spans and scores of the backends', deadlineMs: 180_000, endsEarly: true },
  { name: 'rollups', summary: 'brings statistics up to date', deadlineMs: 120_000, endsEarly: true },
  { name: 'queues', summary: 'looks at what waits for agents, and keeps it', deadlineMs: 60_000, endsEarly: true },
  { name: 'alerts', summary: 'judges the rules, and writes down whom to tell', deadlineMs: 60_000, endsEarly: false },
  { name: 'notify', summary: 'tells people', deadlineMs: 120_000, endsEarly: false },
  { name: 'incidents', summary: 'opens incidents of alerts about money and safety', deadlineMs: 30_000, endsEarly: false },
  { name: 'runbooks', summary: 'starts the runbooks that may start by themselves', deadlineMs: 60_000, endsEarly: false },
  { name: 'scale', summary: 'gives agents that may have it as many workers as their queue needs', deadlineMs: 60_000, endsEarly: false },
  { name: 'expire', summary: 'ends mitigations that have had their time', deadlineMs: 120_000, endsEarly: false },
] as const satisfies readonly Duty[];

export interface Duty {
  readonly name: string;
  readonly summary: string;
  /** Milliseconds; what takes longer is cut off, and the next one begins. */
  readonly deadlineMs: number;
  /** A wish to stop ends it at once, because it goes on where it was; others are done first. */
  readonly endsEarly: boolean;
}

export type DutyName = (typeof duties)[number]['name'];

export const dutyNames: readonly DutyName[] = duties.map(({ name }) => name);

/** The duties that are wanted, in their order; an empty `only` is all of them. */
export const dutiesWanted = (only: readonly string[], skip: readonly string[]): readonly DutyName[] =>
  dutyNames.filter((name) => (only.length === 0 || only.includes(name)) && !skip.includes(name));

/** The name that the journal has for a whole tick. */
export const tickDuty = 'tick';
