import type { Lease } from './lease.ts';

export interface LeaseWriter<Order> {
  /** Resolves when the order is carried out, after all that were given before it, however those ended. */
  write(order: Order): Promise<void>;
  /** Ends the heartbeat; resolves when nothing is under way any more. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Carries out orders one after the other, and the idle one as a heartbeat, three times while a lease lasts.
 * @param save writes, renewing the lease in the same commit; its failures reach whoever gave the order, and those of a heartbeat only `save`
 */
export const openLeaseWriter = <Order>(
  { ttlMs }: Pick<Lease, 'ttlMs'>,
  idle: Order,
  save: (order: Order) => Promise<void>,
): LeaseWriter<Order> => {
  let last: Promise<void> = Promise.resolve();
  const write = (order: Order): Promise<void> => {
    last = last.catch(() => undefined).then(() => save(order));
    return last;
  };
  const heartbeat = setInterval(() => void write(idle).catch(() => undefined), ttlMs / 3);
  heartbeat.unref();
  return {
    write,
    async stop() {
      clearInterval(heartbeat);
      await last.catch(() => undefined);
    },
  };
};
