import { z } from 'zod';
import { adapter, type World } from '../../../fleet/slots.ts';
import { digString, type Json } from '../../../ground/json.ts';
import { type A2aThread, callsAt } from '../a2a-calls.ts';
import { type A2aInterface, cardOf, cardUrls, isCard, pickInterface } from '../a2a-card.ts';
import { readReply } from '../a2a-reply.ts';
import type { AgentProtocol, Ask, Turn } from '../port.ts';
import { httpEndpoint, streamField } from '../schema.ts';
import { type ExchangeRequest, endpointUrl, type Trouble, troubleSaid, turnHeaders } from '../send-exchange.ts';
import { type Steps, sendFarewell, sendSteps, wireOver } from '../send-steps.ts';
import { noWire, type Said, turnOf, type Wire } from '../turn.ts';

const config = z.strictObject({
  protocol: z.literal('a2a'),
  ...httpEndpoint,
  version: z.enum(['auto', '1.0', '0.3']).default('auto').describe('The protocol version to speak; auto: the newest that the card offers.'),
  binding: z.enum(['auto', 'jsonrpc', 'rest']).default('auto').describe('JSON-RPC or HTTP+JSON; auto: what the card prefers.'),
  stream: streamField,
});
type Config = z.infer<typeof config>;

const firstPauseMs = 200;
const longestPauseMs = 2000;

/** Agent2Agent 1.0 and 0.3 over JSON-RPC or HTTP+JSON; the url is the agent's or that of its card. */
export default adapter<Config, AgentProtocol>({
  kind: 'a2a',
  summary: 'Agent2Agent 1.0 or 0.3; the url is that of the agent or of its card.',
  config,
  open(endpoint, world) {
    let known: A2aInterface | null = null;
    const withHeaders = (request: ExchangeRequest, ask: Ask): ExchangeRequest => ({
      ...request,
      headers: { ...turnHeaders(endpoint.headers, world, ask), ...request.headers },
    });

    const converse = async (at: A2aInterface, ask: Ask, steps: Steps): Promise<Turn> => {
      const calls = callsAt(at);
      const reply = readReply(at.version === '0.3' && at.binding === 'rest');
      const thread = threadOf(ask.thread);
      const request = calls.send(ask.input, messageId(world, ask), thread, endpoint.stream && at.streams);
      const first = await steps.send(withHeaders({ ...request, reader: reply }, ask));
      if (!first.streamed && first.json !== undefined) reply.body(first.json);

      let last = first;
      for (let pauseMs = firstPauseMs; last.trouble === null && reply.running !== null; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
        await steps.pause(pauseMs);
        last = await steps.send(withHeaders(calls.getTask(reply.running), ask));
        if (last.trouble === null) reply.task(last.json ?? null);
      }
      if (reply.running !== null) await sendFarewell(world, ask, withHeaders(calls.cancelTask(reply.running), ask));
      const next = { contextId: reply.contextId ?? thread.contextId, taskId: reply.waiting };
      return turnOf({ ...reply.said(last), thread: next }, wireOver(first.wire, last.wire));
    };

    return {
      traits: { streams: true, multiTurn: true },
      async probe(ask, signal) {
        const found = await findAgent(endpoint, world, ask, sendSteps(world, ask, signal));
        return turnOf(found.said, found.wire);
      },
      async turn(ask, signal) {
        const steps = sendSteps(world, ask, signal);
        if (known === null) {
          const found = await findAgent(endpoint, world, ask, steps);
          if (found.at === null) return turnOf(found.said, found.wire);
          known = found.at;
        }
        const turn = await converse(known, ask, steps);
        if (turn.outcome !== 'ok' && turn.outcome !== 'interrupted') known = null; // the agent may have moved: read its card again
        return turn;
      },
      async release(thread, ask) {
        const { taskId } = threadOf(thread);
        if (known !== null && taskId !== null) await sendFarewell(world, ask, withHeaders(callsAt(known).cancelTask(taskId), ask));
      },
    };
  },
});

interface Found {
  /** Null where no way to the agent was found; `said` tells why. */
  readonly at: A2aInterface | null;
  readonly said: Said;
  readonly wire: Wire;
}

/** Reads the agent's card at the first place that has one, and picks the interface to speak to. */
const findAgent = async (endpoint: Config, world: World, ask: Ask, steps: Steps): Promise<Found> => {
  const headers = turnHeaders(endpoint.headers, world, ask);
  if (endpoint.version !== '0.3') headers['a2a-version'] = '1.0';
  const configured = endpointUrl(endpoint.url, world);
  const nowhere = {
    outcome: 'malformed',
    cause: 'no agent card',
    detail: `there is no agent card at ${new URL(configured).host}`,
  } as const;
  let lastWire = noWire(0);
  for (const url of cardUrls(configured)) {
    const { host, json, trouble, wire } = await steps.send({ method: 'GET', url, headers });
    lastWire = wire;
    if (trouble !== null && !isElsewhere(trouble, wire)) return { at: null, said: troubleSaid(trouble), wire };
    if (trouble !== null || !isCard(json)) continue;
    const at = pickInterface(json, url, { version: unlessAuto(endpoint.version), binding: unlessAuto(endpoint.binding) });
    if (typeof at !== 'string') return { at, said: { outcome: 'ok', card: cardOf(json) }, wire };
    return { at: null, said: { outcome: 'malformed', cause: 'no usable interface', detail: `${host}: ${at}` }, wire };
  }
  return { at: null, said: nowhere, wire: lastWire };
};

/** Whether an answer only means that the card is not here: a refusal of the place, or a web page in its stead. */
const isElsewhere = (trouble: Trouble, { httpStatus }: Wire): boolean =>
  trouble.cause === 'html' || (trouble.outcome === 'agent_error' && httpStatus !== null && httpStatus < 500);

const unlessAuto = <Choice extends string>(choice: Choice | 'auto'): Exclude<Choice, 'auto'> | null =>
  choice === 'auto' ? null : (choice as Exclude<Choice, 'auto'>);

const threadOf = (thread: Json): A2aThread => ({ contextId: digString(thread, 'contextId'), taskId: digString(thread, 'taskId') });

/** Unique for every message, and found again by the trace id of the turn. */
const messageId = (world: World, ask: Ask): string =>
  `${ask.traceId}-${ask.spanId}-${Math.floor(world.random() * 0x1_0000_0000).toString(16)}`;
