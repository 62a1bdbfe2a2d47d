import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { unableError } from '../../ground/errors.ts';
import type { Files } from '../../ground/runtime/context.ts';
import type { Cache } from '../../ground/store/port.ts';
import { hashKeyBytes } from './fingerprint-text.ts';

const keyFile = 'hash.key';

/**
 * The key of the hashes in a cache. It is made on first use and kept beside the cache, not in it, so that the cache alone gives away no
 * text. Throws an unable error where the file is there but holds no key.
 */
export const loadHashKey = (files: Files, cache: Cache, stateFolder: string): Uint8Array =>
  // The write lock of the cache lets two processes that start at once agree on one key.
  cache.transact(() => {
    const path = join(stateFolder, keyFile);
    if (!files.exists(path)) files.writePrivate(path, `${randomBytes(hashKeyBytes).toString('hex')}\n`);
    const digits = files.readText(path, 1000).trim();
    if (digits.length !== hashKeyBytes * 2 || !/^[0-9a-f]+$/.test(digits)) {
      throw unableError({
        code: 'hash_key_damaged',
        message: `${path} does not hold ${hashKeyBytes * 2} hex digits`,
        hint: `delete ${path}; hashes of prompts made before will not match new ones`,
      });
    }
    return Buffer.from(digits, 'hex');
  });
