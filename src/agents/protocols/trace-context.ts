/** A new W3C trace id: 32 hex digits, not all zero. `random` is uniform in [0, 1). */
export const newTraceId = (random: () => number): string => hexId(random, 32);

/** A new W3C span id: 16 hex digits, not all zero. `random` is uniform in [0, 1). */
export const newSpanId = (random: () => number): string => hexId(random, 16);

const hexId = (random: () => number, length: number): string => {
  let digits = '';
  while (digits.length < length)
    digits += Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0');
  return /^0+$/.test(digits) ? '1'.padStart(length, '0') : digits;
};
