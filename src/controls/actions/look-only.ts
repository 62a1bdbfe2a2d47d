import type { ControlDriver } from './port.ts';

/** A driver that can look and plan, and on which an attempt to act is a bug: what reads is opened so until its plan is approved. */
export const lookOnly = (driver: ControlDriver): ControlDriver => ({
  ...driver,
  apply: () => Promise.reject(new Error('a control that was opened for reading was asked to apply')),
  undo: () => Promise.reject(new Error('a control that was opened for reading was asked to undo')),
});
