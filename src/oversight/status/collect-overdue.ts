import type { Journal } from '../../ground/store/port.ts';
import { readOverdue } from '../alerts/metrics/read-mitigations.ts';
import type { Overdue } from './evidence.ts';

/** What is in force on each agent though its time is over, by agent. */
export const collectOverdue = (journal: Journal, now: number): Promise<ReadonlyMap<string, readonly Overdue[]>> =>
  readOverdue(journal, now);
