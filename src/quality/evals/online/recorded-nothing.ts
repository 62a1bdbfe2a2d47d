import type { Turn } from '../../../agents/protocols/port.ts';
import { noWire, turnOf } from '../../../agents/protocols/turn.ts';

/** A recorded turn that nobody looks into: expectations are checked against its being recorded. */
export const recordedNothing: Turn = turnOf({ outcome: 'ok' }, noWire(0));
