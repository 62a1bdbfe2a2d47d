import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Peer, peersFolder, startPeer } from './start-peer.ts';

/** Debian keeps the library for its own interpreter. */
export const mailSinkPrograms = ['/usr/bin/python3', '/usr/bin/aiosmtpd'];

export interface MailSink extends Peer {
  /** What it was given, in order, as it came over the wire; headers of the sink's own stand before it. */
  mails(): readonly string[];
}

/** A real mail server that keeps what it is given. It refuses nobody@ for good and busy@ for now. With TLS by STARTTLS it wants a login: ops, sink-password. */
export const startMailSink = async (tls?: {
  readonly mode: 'tls' | 'starttls';
  readonly certFile: string;
  readonly keyFile: string;
}): Promise<MailSink> => {
  const folder = mkdtempSync(join(tmpdir(), 'agentops-mail-'));
  const more = tls === undefined ? [] : [tls.mode, tls.certFile, tls.keyFile];
  const peer = await startPeer({
    argv: (port) => ['/usr/bin/python3', join(peersFolder, 'mail-sink.py'), String(port), folder, ...more],
    ready: /ready/,
  });
  return {
    ...peer,
    mails: () =>
      existsSync(folder)
        ? readdirSync(folder)
            .filter((name) => name.endsWith('.eml'))
            .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
            .map((name) => readFileSync(join(folder, name), 'utf8'))
        : [],
    async stop() {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
