import type { Registry, Slot, World } from '../../fleet/slots.ts';
import type { TraceBackend } from './port.ts';

/** The backend that a slot of the manifest describes. */
export const openBackend = async (world: World, registry: Registry<TraceBackend>, { kind, config }: Slot): Promise<TraceBackend> => {
  const load = registry[kind];
  if (load === undefined) throw new Error(`the manifest was accepted with backend ${kind}, which is not registered`);
  return (await load()).default.open(config, world);
};
