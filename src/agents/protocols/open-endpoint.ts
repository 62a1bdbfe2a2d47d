import type { Registry, Slot, World } from '../../fleet/slots.ts';
import type { AgentProtocol } from './port.ts';

/** The protocol of an endpoint that the manifest was accepted with, ready to be spoken. Sends nothing. */
export const openEndpoint = async (world: World, protocols: Registry<AgentProtocol>, { kind, config }: Slot): Promise<AgentProtocol> => {
  const load = protocols[kind];
  if (load === undefined) throw new Error(`the manifest was accepted with protocol ${kind}, which is not registered`);
  return (await load()).default.open(config, world);
};
