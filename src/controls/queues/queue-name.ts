import type { Slot } from '../../fleet/slots.ts';
import { digString } from '../../ground/json.ts';

/** What people call a queue: its own name, of a stream with that of the group. */
export const queueName = ({ config }: Pick<Slot, 'config'>): string => {
  const [queue, stream, group] = [digString(config, 'queue'), digString(config, 'stream'), digString(config, 'group')];
  return queue ?? [stream, group].filter((part) => part !== null).join('/');
};
