import { listOf } from '../../ground/output/phrases.ts';
import { type Answerer, identityOf } from './answerer.ts';

/** A link of a chain after it was asked. */
export interface AskedLink {
  /** As `fallback` has it. */
  readonly hop: string;
  /** Who answered; null: nobody did. */
  readonly answerer: Answerer | null;
}

/** Whether a chain leads to somebody else once its first provider is gone. */
export interface Crossing {
  /** Null: it cannot be told. */
  readonly crosses: boolean | null;
  /** One sentence. */
  readonly why: string;
}

/** Judges a chain by who really answered, whatever its links are called. */
export const crossingOf = (links: readonly AskedLink[]): Crossing => {
  if (links.length < 2) return { crosses: false, why: 'there is only one link' };
  const answered = links.flatMap(({ hop, answerer }) => (answerer === null ? [] : [{ hop, answerer, identity: identityOf(answerer) }]));
  if (answered.length < 2) return { crosses: null, why: answered.length === 0 ? 'no link answered' : `only ${answered[0]?.hop} answered` };
  const known = [...new Set(answered.flatMap(({ identity }) => identity ?? []))];
  const hidden = answered.filter(({ identity }) => identity === null);
  if (known.length >= 2) {
    const same = known.map((identity) => answered.filter((each) => each.identity === identity)).find((links) => links.length > 1);
    const twins = same === undefined ? '' : `; ${listOf(same.map(({ hop }) => hop))} are both ${same[0]?.identity}`;
    return { crosses: true, why: `${listOf(known)} answered${twins}` };
  }
  if (hidden.length > 0) {
    const [first] = hidden;
    return {
      crosses: null,
      why: `who answers ${listOf(hidden.map(({ hop }) => hop))} behind ${first?.answerer.gateway} at ${first?.answerer.host} is not told`,
    };
  }
  return { crosses: false, why: `all that answered is ${known[0]}` };
};
