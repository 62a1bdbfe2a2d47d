import { join } from 'node:path';
import { unableError, usageError } from '../errors.ts';
import type { Context, ProcessResult } from '../runtime/context.ts';

type Signing = Pick<Context, 'process' | 'files' | 'env' | 'signal'>;

/** What an outcome of `verifySignature` can be. */
export type Signature = { readonly good: true; readonly signer: string } | { readonly good: false; readonly why: string };

/** A token may want to be touched. */
const timeoutMs = 60_000;
const maxBytes = 256 * 1024;

/** The SSH signature of a text in a namespace, armored. The key is a private one, or a public one that ssh-agent holds. Throws a usage error where it cannot sign. */
export const signText = async (ctx: Signing, text: string, key: string, namespace: string): Promise<string> => {
  const { code, stdout, stderr } = await sshKeygen(ctx, ['-Y', 'sign', '-f', key, '-n', namespace], text);
  if (code === 0 && stdout.startsWith('-----BEGIN SSH SIGNATURE-----')) return stdout;
  throw usageError({
    code: 'key_unusable',
    message: `${key} cannot sign: ${lastLine(stderr)}`,
    hint: 'name a private SSH key without a passphrase, or ssh-add it and name its .pub file',
  });
};

export interface SignedText {
  readonly text: string;
  /** Armored. */
  readonly signature: string;
  readonly namespace: string;
  /** When it was signed, as far as that is known: a key must have been valid then. UTC epoch ms. */
  readonly at: number;
}

/**
 * Looks whether somebody whom a file of allowed signers (ssh-keygen(1)) names has signed a text for this namespace.
 * @param signers the path of that file
 */
export const verifySignature = async (
  ctx: Signing,
  { text, signature, namespace, at }: SignedText,
  signers: string,
): Promise<Signature> => {
  const folder = ctx.files.makeTemporary('agentops-signature-');
  try {
    const path = join(folder, 'signature');
    ctx.files.writePrivate(path, signature);
    const when = `-Overify-time=${new Date(at).toISOString().replace(/\D/g, '').slice(0, 14)}`;
    const found = await sshKeygen(ctx, ['-Y', 'find-principals', '-s', path, '-f', signers, when], '');
    // Several names on the line of a key are all the same to a signature.
    const signer = found.code === 0 ? (found.stdout.split('\n')[0] ?? '') : '';
    if (signer === '') return { good: false, why: `the key that signed it is none of ${signers}: ${lastLine(found.stderr)}` };
    const args = ['-Y', 'verify', '-f', signers, `-I${signer}`, '-n', namespace, '-s', path, when];
    const { code, stderr } = await sshKeygen(ctx, args, text);
    return code === 0 ? { good: true, signer } : { good: false, why: `it is not what ${signer} signed: ${lastLine(stderr)}` };
  } finally {
    ctx.files.removeFolder(folder);
  }
};

/** Moments are handed over without a zone, which older versions do not read; so the zone is UTC. */
const sshKeygen = async (ctx: Signing, args: readonly string[], stdin: string): Promise<ProcessResult> => {
  const agentSocket = ctx.env['SSH_AUTH_SOCK'];
  const result = await ctx.process.run(
    {
      argv: ['ssh-keygen', ...args],
      env: { ...ctx.process.baseEnv, TZ: 'UTC', LC_ALL: 'C', ...(agentSocket === undefined ? {} : { SSH_AUTH_SOCK: agentSocket }) },
      stdin,
      timeoutMs,
      maxBytes,
    },
    ctx.signal,
  );
  if (result.ended === 'exit' && result.code !== null) return result;
  throw unableError({
    code: 'ssh_keygen_failed',
    message: result.ended === 'missing' ? 'ssh-keygen is not on the search path' : `ssh-keygen did not come to its end (${result.ended})`,
    hint: 'install OpenSSH 8.8 or newer: apt-get install openssh-client',
  });
};

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';
