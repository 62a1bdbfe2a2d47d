import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the heap near what is in use, where V8 would let it grow fourfold, and the part for new objects as small as it is now. For a long run
 * that keeps little of what it makes: ten thousand checks need 65 MiB less so, and a tenth more CPU.
 */
export const keepHeapSmall = (): void => setFlagsFromString('--heap-growing-percent=20 --semi-space-growth-factor=1');
