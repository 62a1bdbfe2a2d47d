/** Every transaction id starts with these 16 bits; then come the UTC second of the write and a counter of 16 bits. */
const mark = 0x0de1n << 48n;

/**
 * When the transaction of an `_xact_id` was written, as UTC epoch microseconds; null where it is no such id. The counter stands for the
 * microseconds, so that later ids give later times. Ids are decimal texts beyond what a number holds. Source: `xact_ids` of Braintrust's SDK for the first bits; recorded rows, whose `created` agrees to the second.
 */
export const transactionUs = (id: string | null): number | null => {
  if (id === null || !/^\d{19}$/.test(id)) return null;
  const number = BigInt(id);
  if (number >> 48n !== mark >> 48n) return null;
  return Number((number - mark) >> 16n) * 1_000_000 + Number(number & 0xffffn);
};

/** The least `_xact_id` that a write at this instant or later can have. */
export const firstTransaction = (us: number): string => {
  const second = BigInt(Math.min(0xffffffff, Math.max(0, Math.floor(us / 1_000_000))));
  return String(mark + (second << 16n));
};
