/** One question asked several times. */
export interface Repeated {
  readonly passes: number;
  /** Passes and fails; what could not be judged is not among them. */
  readonly trials: number;
}

/** The chance that k of these trials, drawn without putting back, are all of the `wanted`: C(wanted, k) ÷ C(trials, k). */
const allOf = (wanted: number, trials: number, k: number): number => {
  let chance = 1;
  for (let at = 0; at < k; at++) chance *= Math.max(0, wanted - at) / (trials - at);
  return chance;
};

const meanOver = (cases: readonly Repeated[], k: number, of: (repeated: Repeated) => number): number | null => {
  const asked = cases.filter(({ trials }) => trials >= k);
  if (asked.length === 0 || k < 1) return null;
  return asked.reduce((sum, repeated) => sum + of(repeated), 0) / asked.length;
};

/** pass@k: the chance that at least one of k trials passes, unbiased (Chen et al. 2021, arXiv 2107.03374); null where no case has k trials. */
export const passAtK = (cases: readonly Repeated[], k: number): number | null =>
  meanOver(cases, k, ({ passes, trials }) => 1 - allOf(trials - passes, trials, k));

/** pass^k: the chance that all of k trials pass, unbiased (Yao et al. 2024, arXiv 2406.12045); null where no case has k trials. */
export const passHatK = (cases: readonly Repeated[], k: number): number | null =>
  meanOver(cases, k, ({ passes, trials }) => allOf(passes, trials, k));

/** The share of cases that both passed and failed, of those asked at least twice; null where there is none. More repeats find more of them. */
export const flakeRate = (cases: readonly Repeated[]): number | null =>
  meanOver(cases, 2, ({ passes, trials }) => (passes > 0 && passes < trials ? 1 : 0));
