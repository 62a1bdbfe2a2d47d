import { hashText, normalPrompt } from './fingerprint-text.ts';
import { promptParts } from './prompt-parts.ts';

/**
 * What is kept of a prompt besides its hash, as text of one byte a character: 30 bits of the keyed hash of its instructions and their share
 * of it in 1,024ths (5 bytes), then, unless it only goes on with a loop, 128 bits of MinHash over what was asked (16 bytes). Nobody can read
 * a prompt out of it. Longer sketches would be surer, and the cache larger: there is one for each call of a model.
 */
const prefixBytes = 5;
const prefixHashBits = 30;
const shareSteps = 1024;
/** One bit of each of 128 minima tells a similarity as well as 64 whole minima do (Li, König 2010); half as many mistake one in twelve. */
export const minHashBits = 128;
const longestSketch = prefixBytes + minHashBits / 8;

/** The sketch of a prompt. */
export const sketchPrompt = (key: Uint8Array, prompt: string): string => {
  const { fixed, asked, goesOn } = promptParts(prompt);
  const exact = (fixed.length / (fixed.length + asked.length)) * shareSteps;
  const share = fixed === '' ? 0 : Math.max(1, Math.min(shareSteps - 1, Math.round(exact)));
  const hash = share === 0 ? 0n : BigInt.asUintN(prefixHashBits, hashText(key, fixed));
  const bytes = Buffer.alloc(goesOn ? prefixBytes : longestSketch);
  bytes.writeUIntBE(Number(hash) * shareSteps + share, 0, prefixBytes);
  if (goesOn) return bytes.toString('latin1');
  const seed = Number(BigInt.asUintN(32, hashText(key, '')));
  for (const [at, word] of minHash(seed, normalPrompt(asked)).entries()) bytes.writeInt32BE(word, prefixBytes + 4 * at);
  return bytes.toString('latin1');
};

/** What a sketch tells of a prompt. */
export interface Sketched {
  /** Which instructions it begins with, and their share of it, 0 to 1. Null: it has none. */
  readonly prefix: { readonly hash: number; readonly share: number } | null;
  /** Words of 32 bits; null: it only goes on with a loop. */
  readonly minHash: Int32Array | null;
}

/** Reads a sketch; null: these bytes are none. */
export const unpackSketch = (bytes: Uint8Array): Sketched | null => {
  if (bytes.length !== prefixBytes && bytes.length !== longestSketch) return null;
  const byte = (at: number): number => bytes[at] ?? 0;
  let packed = 0;
  for (let at = 0; at < prefixBytes; at++) packed = packed * 256 + byte(at);
  const share = packed % shareSteps;
  const prefix = share === 0 ? null : { hash: Math.floor(packed / shareSteps), share: share / shareSteps };
  if (bytes.length === prefixBytes) return { prefix, minHash: null };
  const minHash = new Int32Array(minHashBits / 32);
  for (let word = 0; word < minHash.length; word++) {
    const at = prefixBytes + 4 * word;
    minHash[word] = (byte(at) << 24) | (byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3);
  }
  return { prefix, minHash };
};

/** How many of the bits of two MinHashes differ: of texts with the Jaccard similarity J about (1 − J) / 2 of them. */
export const differingBits = (a: Int32Array, b: Int32Array): number => {
  let count = 0;
  for (let at = 0; at < a.length; at++) {
    let word = (a[at] ?? 0) ^ (b[at] ?? 0);
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
};

/** The most bits that may differ between prompts taken for similar to this degree, 0 to 1. */
export const bitsWithin = (similarity: number): number => Math.floor(((1 - similarity) / 2) * minHashBits);

/** Three words each; of more than 512 of them the smallest hashes, which are the same ones in texts that are alike. */
const mostShingles = 512;
const shingleWords = 3;

const minHash = (seed: number, text: string): Int32Array => {
  const shingles = shinglesOf(seed, text);
  const bits = new Int32Array(minHashBits / 32);
  if (shingles.length === 0) return bits;
  for (let at = 0; at < minHashBits; at++) {
    const [factor, shift] = [(mix(seed + 2 * at) | 1) >>> 0, mix(seed + 2 * at + 1)];
    let least = 0xffff_ffff;
    for (let each = 0; each < shingles.length; each++) {
      const value = (Math.imul(shingles[each] as number, factor) + shift) >>> 0;
      if (value < least) least = value;
    }
    bits[at >> 5] = (bits[at >> 5] ?? 0) | (((least >>> 9) & 1) << (at & 31));
  }
  return bits;
};

const shinglesOf = (seed: number, text: string): Uint32Array => {
  const words = hashWords(seed, text);
  const count = Math.max(Math.min(1, words.length), words.length - shingleWords + 1);
  const hashes = new Uint32Array(count);
  for (let at = 0; at < count; at++) {
    let hash = seed;
    for (let next = 0; next < shingleWords; next++) hash = mix(hash ^ (words[at + next] ?? 0));
    hashes[at] = hash;
  }
  if (count <= mostShingles) return hashes;
  const different = new Set(hashes.sort());
  return Uint32Array.from([...different].slice(0, mostShingles));
};

/** A hash of each word, read letter by letter: a regular expression takes thrice as long. */
const hashWords = (seed: number, text: string): readonly number[] => {
  const words: number[] = [];
  let hash = seed;
  let length = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : space;
    if (isWordPart(code)) {
      hash = Math.imul(hash ^ code, fnvPrime);
      length += 1;
    } else if (length > 0) {
      words.push(mix(hash));
      hash = seed;
      length = 0;
    }
  }
  return words;
};

const [space, numberSign, fnvPrime] = [0x20, 0x23, 0x01000193];

/** Letters and digits of ASCII, what stands for an id or an instant, and every character beyond. */
const isWordPart = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === numberSign || code >= 0x80;

/** Spreads every bit of a 32-bit number over all of it (the finalizer of MurmurHash3). */
const mix = (value: number): number => {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
};
