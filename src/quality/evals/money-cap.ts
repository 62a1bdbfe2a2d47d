import { formatMoney } from '../../ground/units/amount.ts';

/** What a run may cost and has cost; nano-dollars, judges included. */
export interface MoneyCap {
  /** Null: no cap. */
  readonly capNanos: number | null;
  readonly spentNanos: number;
  /** Kept aside for what is in flight. */
  readonly reservedNanos: number;
  /** Trials in flight. */
  readonly open: number;
  /** The most that one trial has cost; null: none has ended yet. */
  readonly dearestNanos: number | null;
}

export const untouchedCap = (capNanos: number | null, spentNanos: number, dearestNanos: number | null): MoneyCap => ({
  capNanos,
  spentNanos,
  reservedNanos: 0,
  open: 0,
  dearestNanos,
});

/**
 * Whether one more trial may be sent. `wait`: not before one of those in flight has ended. The first goes alone, because nobody knows
 * yet what it costs; each later one is taken to cost as much as the dearest so far.
 */
export const affordable = ({ capNanos, spentNanos, reservedNanos, open, dearestNanos }: MoneyCap): 'yes' | 'wait' | 'no' => {
  if (capNanos === null) return 'yes';
  if (dearestNanos === null) return open === 0 && spentNanos < capNanos ? 'yes' : open === 0 ? 'no' : 'wait';
  if (spentNanos + reservedNanos + dearestNanos <= capNanos && spentNanos < capNanos) return 'yes';
  return open > 0 ? 'wait' : 'no';
};

/** One more trial is sent: what it may cost is kept aside. Answers also how much that is, to be given back by `settle`. */
export const reserve = (cap: MoneyCap): { readonly cap: MoneyCap; readonly heldNanos: number } => {
  const heldNanos = cap.dearestNanos ?? 0;
  return { cap: { ...cap, open: cap.open + 1, reservedNanos: cap.reservedNanos + heldNanos }, heldNanos };
};

/** A trial has ended. @param costNanos null: it was not answered, which tells nothing of what an answer costs */
export const settle = (cap: MoneyCap, heldNanos: number, costNanos: number | null): MoneyCap => ({
  ...cap,
  open: cap.open - 1,
  reservedNanos: cap.reservedNanos - heldNanos,
  spentNanos: cap.spentNanos + (costNanos ?? 0),
  dearestNanos: costNanos === null ? cap.dearestNanos : Math.max(cap.dearestNanos ?? 0, costNanos),
});

/** Why a run ended at its cap, one sentence. */
export const capReached = ({ capNanos, spentNanos }: MoneyCap): string =>
  `the cap of ${formatMoney(capNanos ?? 0)} leaves no room for another trial: ${formatMoney(spentNanos)} are spent`;

/** Why a cap cannot be kept, one sentence. `what`: the answer of which the price is not known. */
export const capBlind = (what: string): string =>
  `what ${what} cost is not known, so a cap on money cannot be kept: give its model a price under prices: in the manifest, or run without a cap`;
