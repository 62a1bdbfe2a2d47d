import type { RedisLink } from '../../../clients/redis.ts';
import type { Effect, Touched } from '../port.ts';

/** What is to become of the gate that workers of a stream pass through. */
export interface GateWish {
  readonly isOpen: boolean;
  /** After how many ms it opens by itself; null: never. */
  readonly ttlMs: number | null;
}

/** One way to keep the workers of a stream from taking entries. */
export interface Gate {
  /** For people: `flag agentops:paused:tasks`. */
  readonly name: string;
  readonly expiresNatively: boolean;
  /** How an open, or a closed, gate looks. */
  healthy(isOpen: boolean): Touched;
  /** Null: what it hangs on is not there. */
  read(link: RedisLink): Promise<Touched | null>;
  /** Pure. `lasting`: why it cannot be taken back; null: it can. */
  wish(wish: GateWish, now: Touched): { readonly to: Touched; readonly lasting: string | null };
  /** Sets the fields of `to` where they still are as `from`, in one step as far as the server can. */
  set(link: RedisLink, from: Touched, to: Touched): Promise<Effect>;
}
