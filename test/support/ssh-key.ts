import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A new key pair in a folder: the path of the private key, and the public one as files of signers hold it. */
export const newKey = (folder: string, name: string, passphrase = ''): { readonly path: string; readonly publicKey: string } => {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', '', '-f', path]);
  return { path, publicKey: readFileSync(`${path}.pub`, 'utf8').trim() };
};

/** A file of allowed signers with these lines. */
export const signersFile = (folder: string, ...lines: readonly string[]): string => {
  const path = join(folder, `signers-${lines.length}-${lines.join('').length}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};
