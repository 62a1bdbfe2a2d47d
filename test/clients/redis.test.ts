import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { openRedis, type RedisLink, type RedisTrouble } from '../../src/clients/redis.ts';
import { redisPrograms, startRedis } from '../peers/start-redis.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { selfSigned } from '../support/self-signed.ts';
import { sharedPeer } from '../support/shared-peer.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
const secrets = { reveal: ({ secret }: { secret: string }) => secret, mask: (text: string) => text.replaceAll('s3cret', '***') };
const open = (url: string, credential: string | null = null, timeoutMs = 5000) =>
  openRedis({ url: () => url, credential: () => credential, timeoutMs }, { secrets });
const troubleOf = async (work: Promise<unknown>): Promise<RedisTrouble> => {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(thrown).toMatchObject({ kind: 'unable' });
  return thrown as RedisTrouble;
};

/** A server that speaks as it is told; null: it says nothing, and closes the connection on the first command. */
const speaking = async (answer: string | null | 'silence'): Promise<string> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => (answer === null ? socket.destroy() : answer === 'silence' ? undefined : socket.write(answer)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
};

describe('a Redis server that is not well', () => {
  it('was not reached where nobody listens', async () => {
    expect(await troubleOf(open('redis://127.0.0.1:1').during(never, (link) => link.get('x')))).toMatchObject({
      reached: 'no',
      again: true,
      message: expect.stringMatching(/^127\.0\.0\.1:1\/0 cannot be reached: .*ECONNREFUSED/),
    });
  });

  it('was not reached where it is silent while it is signed in to', async () => {
    const trouble = await troubleOf(open(await speaking('silence'), 's3cret', 200).during(never, (link) => link.get('x')));
    expect(trouble).toMatchObject({ reached: 'no', message: expect.stringContaining('gave no answer within 200 ms') });
  });

  it('leaves open what happened where it is silent, or hangs up, on a command', async () => {
    const silent = await troubleOf(open(await speaking('silence'), null, 200).during(never, (link) => link.set('x', '1')));
    expect(silent).toMatchObject({ reached: 'unknown', again: true });
    const gone = await troubleOf(open(await speaking(null)).during(never, (link) => link.set('x', '1')));
    expect(gone).toMatchObject({ reached: 'unknown', again: true, message: expect.stringContaining('broke the connection') });
  });

  it.each([
    ['LOADING Redis is loading the dataset in memory', true],
    ['READONLY You can not write against a read only replica', true],
    ['WRONGTYPE Operation against a key holding the wrong kind of value', false],
  ])('is heard when it says no: %s', async (said, again) => {
    const trouble = await troubleOf(open(await speaking(`-${said}\r\n`)).during(never, (link) => link.set('x', '1')));
    expect(trouble).toMatchObject({ reached: 'refused', again, message: expect.stringContaining(said) });
  });

  it('is left at once when the run is aborted', async () => {
    const controller = new AbortController();
    const work = open(await speaking('silence')).during(controller.signal, (link) => {
      controller.abort(new Error('enough'));
      return link.get('x');
    });
    await expect(work).rejects.toThrow('enough');
  });

  it('is not spoken to over TLS where nobody vouches for it', async () => {
    const heard: string[] = [];
    const server = createTlsServer(selfSigned(30), (socket) =>
      socket.on('error', () => {}).on('data', (bytes) => heard.push(bytes.toString())),
    );
    server.on('tlsClientError', () => {});
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const url = `rediss://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const trouble = await troubleOf(open(url, 's3cret').during(never, (link) => link.get('x')));
    expect(trouble).toMatchObject({ reached: 'no', message: expect.stringMatching(/self-signed|certificate/) });
    expect(heard).toEqual([]);
  });

  it.each(['http://redis:6379', 'redis://', 'redis://host/prod', 'not a url'])('is no place at %s', (url) => {
    expect(() => open(url).place()).toThrow(expect.objectContaining({ kind: 'usage', code: 'url_invalid' }));
  });

  it('is named without what lets one in', () => {
    expect(open('rediss://user:s3cret@cache.internal:6380/3').place()).toBe('cache.internal:6380/3');
    expect(open('redis://[::1]').place()).toBe('[::1]:6379/0');
  });
});

describeWithPeer('a real Redis server with users', { programs: redisPrograms }, () => {
  const redis = sharedPeer(async () => {
    const started = await startRedis();
    await started.admin.call('ACL', 'SETUSER', 'ops', 'on', '>a:s3cret', '~*', '+@all', '-flushall');
    await started.admin.call('ACL', 'SETUSER', 'default', 'resetpass', '>plain-s3cret');
    return started;
  });
  afterEach(async () => {
    const { admin } = await redis();
    const others = async () =>
      String(await admin.call('CLIENT', 'LIST'))
        .trim()
        .split('\n').length - 2;
    await until('nobody but the admin and its monitor is connected', async () => (await others()) === 0);
  });
  const whoami = (link: RedisLink) => link.call('ACL', 'WHOAMI');

  it('lets in by user and password, by a password alone, and by what the url holds', async () => {
    const { url, port } = await redis();
    expect(await open(url, 'ops:a:s3cret').during(never, whoami)).toBe('ops');
    expect(await open(url, 'plain-s3cret').during(never, whoami)).toBe('default');
    expect(await open(`redis://ops:a%3As3cret@127.0.0.1:${port}`).during(never, whoami)).toBe('ops');
  });

  it.each([
    ['ops:wrong-s3cret', 'WRONGPASS'],
    [null, 'NOAUTH'],
  ])('locks out %s, without repeating it', async (credential, word) => {
    const trouble = await troubleOf(open((await redis()).url, credential).during(never, (link) => link.get('x')));
    expect(trouble).toMatchObject({
      reached: 'refused',
      again: false,
      code: 'backend_unauthorized',
      message: expect.stringContaining(word),
    });
    expect(trouble.message).not.toContain('s3cret');
  });

  it('refuses what the user has no right to', async () => {
    const trouble = await troubleOf(open((await redis()).url, 'ops:a:s3cret').during(never, (link) => link.flushall()));
    expect(trouble).toMatchObject({ reached: 'refused', again: false, code: 'backend_unauthorized' });
  });

  it('is not written to in another database than the one that was meant', async () => {
    const { url, admin } = await redis();
    const trouble = await troubleOf(open(`${url}/99`, 'ops:a:s3cret').during(never, (link) => link.set('stray', '1')));
    expect(trouble.message).toContain('out of range');
    expect(await admin.exists('stray')).toBe(0);
  });

  it('passes on what the work itself found wrong', async () => {
    const work = open((await redis()).url, 'ops:a:s3cret').during(never, async () => {
      throw new Error('a bug');
    });
    await expect(work).rejects.toThrow(/^a bug$/);
  });
});
