import { basic, openRabbitManagement, type RabbitPolicy, type RabbitQueue } from '../../../clients/rabbitmq.ts';
import { opener } from '../../../fleet/slots.ts';
import { unableError, usageError } from '../../../ground/errors.ts';
import { digNumber, type JsonObject } from '../../../ground/json.ts';
import { plural } from '../../../ground/output/phrases.ts';
import { hindrance, reversed, seenOf, standsAs } from '../compare.ts';
import type { Config } from '../configs/rabbitmq.ts';
import { applied, effectOfBlindness, effectOfTrouble } from '../effect.ts';
import { intakeOf, intakePolicy, intakeWish, lossOf, openIntake, readyIntake, refuses } from '../intake-policy.ts';
import { openControlApi } from '../open-control-api.ts';
import type { Change, ControlDriver, ControlWorld, Effect, Touched } from '../port.ts';

/** How often the management plugin collects statistics, in ms. */
const statisticsMs = 5000;
const lookAgainMs = 500;

interface Seen {
  readonly queue: RabbitQueue | null;
  readonly own: RabbitPolicy | undefined;
  readonly policies: ReadonlyMap<string, RabbitPolicy>;
}

/**
 * What a RabbitMQ queue takes in, bound by a policy of our own that is put above the others and holds what they said. RabbitMQ cannot pause
 * consumers; they go on with what waits, and no connection of theirs is closed. Policies are read by their definitions: what the queue says of
 * them is a statistic.
 */
export default opener<Config, ControlDriver, ControlWorld>({
  kind: 'rabbitmq',
  open({ connection, vhost, queue: queueName }, world) {
    const server = openRabbitManagement(openControlApi(world, connection, 'RabbitMQ', basic));
    const ownName = `agentops/${world.agent}/${queueName}`;
    const target = () => `intake of queue ${queueName} in ${vhost} at ${server.host()}`;

    const look = async (signal: AbortSignal): Promise<Seen> => {
      const queue = await server.queue(vhost, queueName, signal);
      const policies = queue === null ? new Map<string, RabbitPolicy>() : await server.policies(vhost, signal);
      return { queue, own: policies.get(ownName), policies };
    };
    /** Whether statistics come to say something of the queue, within three rounds of them. */
    const becomes = async (isSo: (queue: RabbitQueue) => boolean, signal: AbortSignal): Promise<boolean> => {
      for (let waited = 0; waited <= 3 * statisticsMs; waited += lookAgainMs) {
        const queue = await server.queue(vhost, queueName, signal);
        if (queue !== null && isSo(queue)) return true;
        await world.clock.sleep(lookAgainMs, signal);
      }
      return false;
    };
    /** What applies, or would apply, without our policy. Right after ours is gone statistics still name it: they are waited for. */
    const beneath = async ({ own, policies }: Seen, signal: AbortSignal): Promise<JsonObject> => {
      if (own !== undefined) return own.definition;
      if (policies.size === 0) return {};
      let inForce: string | null = null;
      const isTold = await becomes(({ policy }) => {
        inForce = policy ?? null;
        return policy !== undefined && policy !== ownName;
      }, signal);
      if (!isTold) throw blind(queueName);
      return policies.get(inForce ?? '')?.definition ?? {};
    };
    const open = async (signal: AbortSignal): Promise<Effect> => {
      const trouble = await server.deletePolicy(vhost, ownName, signal);
      return trouble === null ? applied(`policy ${ownName} is gone`) : effectOfTrouble(trouble);
    };
    const bind = async (seen: Seen, to: Touched, signal: AbortSignal): Promise<Effect> => {
      const base = await beneath(seen, signal);
      const others = [...seen.policies].filter(([each]) => each !== ownName).map(([, { priority }]) => priority);
      const put = (wanted: Touched) => server.putPolicy(vhost, ownName, intakePolicy(queueName, base, wanted, others), signal);
      if (seen.queue !== null && !refuses(seen.queue)) {
        const trouble = await put(readyIntake);
        if (trouble !== null) return effectOfTrouble(trouble);
        if (!(await becomes(refuses, signal))) return notReady(queueName);
      }
      const trouble = await put(to);
      return trouble === null ? applied(`policy ${ownName} is in place`) : effectOfTrouble(trouble);
    };
    const apply = async (change: Change, signal: AbortSignal): Promise<Effect> => {
      try {
        const seen = await look(signal);
        const hindered = hindrance(change, intakeOf(seen.own));
        const isOpening = standsAs(openIntake, change.to);
        // One that got no further than to make the queue ready is cleared away.
        if (hindered?.result === 'already' && isOpening && seen.own !== undefined) return await open(signal);
        return hindered ?? (await (isOpening ? open(signal) : bind(seen, change.to, signal)));
      } catch (thrown) {
        return effectOfBlindness(thrown);
      }
    };

    /** What the queue itself says of its bound; a lower one of the operators is in force before ours. */
    const shows = ({ policy, inForce }: RabbitQueue, to: Touched): boolean =>
      standsAs(openIntake, to)
        ? policy !== undefined && policy !== ownName
        : policy === ownName && (digNumber(inForce, 'max-length') ?? Number.POSITIVE_INFINITY) <= Number(to['max_length']);

    return {
      traits: {
        actions: ['throttle', 'disable', 'enable', 'kill', 'queue'],
        readable: true,
        idempotent: true,
        stopsInFlight: false,
        effectMs: statisticsMs,
        expiresNatively: false,
      },
      healthy: (action) => ({
        ...(action === 'enable' ? { max_length: 0, overflow: 'reject-publish' } : openIntake),
        underneath: null,
        loss: null,
      }),
      async read(action, signal) {
        const seen = await look(signal);
        const { queue, own } = seen;
        const underneath = queue === null || own !== undefined ? null : digNumber(await beneath(seen, signal), 'max-length');
        return {
          exists: queue !== null,
          target: target(),
          touched: { ...intakeOf(own), underneath, loss: queue === null ? null : lossOf(queue) },
          version: null,
          sharedWith: [],
          keepsRunning: queue === null || action === 'enable' ? null : goesOn(queue),
        };
      },
      plan(want, { exists, target, touched }) {
        if (!exists) throw missing(target);
        const { underneath, loss, ...from } = touched;
        const to = intakeWish(want, typeof underneath === 'number' ? underneath : null);
        if (standsAs(to, from)) return null;
        if (typeof loss === 'string' && !standsAs(openIntake, to)) throw lossy(target, loss);
        return { action: want.action, target, from, to, version: null, reversible: true, lasting: null };
      },
      apply: (change, _key, signal) => apply(change, signal),
      async confirm(change, signal) {
        const { queue, own } = await look(signal);
        const seen = seenOf(change, intakeOf(own));
        return seen === 'seen' && (queue === null || !shows(queue, change.to)) ? 'not-yet' : seen;
      },
      undo: (change, _key, signal) => apply(reversed(change), signal),
    };
  },
});

const goesOn = ({ ready, unacknowledged, consumers }: RabbitQueue): string | null => {
  if (consumers === 0 || (ready ?? 0) + (unacknowledged ?? 0) === 0) return null;
  return `${plural(consumers ?? 0, 'consumer')} ${consumers === 1 ? 'goes' : 'go'} on with what waits: ${ready ?? 0} ready, ${unacknowledged ?? 0} worked on`;
};

/** Nothing is bound yet, so that trying again begins anew. */
const notReady = (queue: string): Effect => ({
  result: 'rejected',
  retry: true,
  retryAfterMs: null,
  evidence: `queue ${queue} does not show that it would refuse messages rather than drop those that wait: it was not bound`,
});

const missing = (target: string) =>
  usageError({
    code: 'target_missing',
    message: `there is no ${target}`,
    hint: 'check vhost and queue in controls: against those of the server',
  });

const lossy = (target: string, loss: string) =>
  usageError({ code: 'target_unsuited', message: `${target} cannot be bound: ${loss}`, hint: 'scale its workers instead' });

const blind = (queue: string) =>
  unableError({
    code: 'statistics_missing',
    message: `the server does not tell which policy is in force on queue ${queue}, so that ours could not hold what it says`,
    hint: 'statistics of the management plugin must be on',
  });
