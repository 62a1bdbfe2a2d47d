import type { ServerReply, ServerRequest } from '../../ground/runtime/server.ts';
import type { ServeEvent } from '../../views/serve.ts';
import type { Tally } from '../../views/serve-metrics.ts';
import type { Sender } from './tokens.ts';

/** A tally while it grows. */
export type Tallying = { -readonly [Field in keyof Tally]: Field extends 'answers' ? Record<string, number> : Tally[Field] };

/** What a route is given: who asks for what, and where it tells what it did. */
export interface Post {
  readonly request: ServerRequest;
  readonly sender: Sender;
  readonly tally: Tallying;
  on(event: ServeEvent): void;
}

/** A door of the receiver: the one method it takes, and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST';
  answer(post: Post): Promise<ServerReply>;
}
