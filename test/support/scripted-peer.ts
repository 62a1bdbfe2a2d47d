import { openPeer, type Peer, type Reply } from './http-peer.ts';

/** A peer that first gives the scripted replies to the requests that count, in order, and from then on answers well. */
export const openScriptedPeer = (
  script: readonly Reply[],
  well: Reply,
  counts: (request: Parameters<Reply>[0]) => boolean,
): Promise<Peer> => {
  const left = [...script];
  return openPeer((request, response) => {
    const next = counts(request) ? left.shift() : undefined;
    (next ?? well)(request, response);
  });
};
