import type { QueueFacts } from '../../controls/queues/port.ts';
import type { QueueRates } from './queue-rates.ts';
import type { Decision, ScaleAct, ScaleRule } from './scale-rule.ts';
import type { WorkerCount } from './worker-count.ts';

/** The queue of an agent, its workers, and what is to become of their number. */
export interface ScaleView {
  readonly agent: string;
  /** What its queue is called. */
  readonly queue: string;
  /** The kind of the queue. */
  readonly kind: string;
  /** When it was looked at, UTC epoch ms. */
  readonly at: number;
  readonly facts: QueueFacts;
  readonly rates: QueueRates;
  readonly workers: WorkerCount;
  readonly rule: ScaleRule;
  readonly decision: Decision;
  readonly lastAct: ScaleAct | null;
  /** By what the number is set; null: the manifest binds nothing to that. */
  readonly control: string | null;
  /** A tick carries it out. */
  readonly isAuto: boolean;
}
