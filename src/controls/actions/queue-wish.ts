import { usageError } from '../../ground/errors.ts';
import type { Desired } from './port.ts';

/** Whether work may be taken from a queue after an action on it. Throws a usage error for a mode that no queue has. */
export const isOpenWish = ({ action, params }: Desired): boolean => {
  if (action !== 'queue') return action === 'enable';
  const { mode } = params;
  if (mode === 'pause' || mode === 'resume') return mode === 'resume';
  throw usageError({ code: 'wish_not_understood', message: 'a queue has no such mode', hint: 'write queue: pause or queue: resume' });
};
