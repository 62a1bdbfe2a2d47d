import type { ControlDriver } from '../../src/controls/actions/port.ts';
import { type ControlPeer, openOn } from '../contract/control-suite.ts';

/** A control on a plane that is somebody else's program: seen by its own means, not through a peer of ours. */
export const openReal = async (
  kind: string,
  control: Record<string, unknown>,
  parts: Partial<Pick<ControlPeer, 'connections' | 'folder' | 'env' | 'world'>> = {},
): Promise<{ readonly looking: ControlDriver; readonly acting: ControlDriver }> => {
  const peer: ControlPeer = { control, look: () => null, effects: () => [], writes: () => null, ...parts };
  return { looking: await openOn(kind, peer, 'read'), acting: await openOn(kind, peer, 'write') };
};
