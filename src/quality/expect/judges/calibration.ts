import { type Interval, wilsonInterval } from '../../../ground/math/intervals.ts';

/** What a person and a judge said of one answer; null: the judge gave no verdict. */
export interface Rating {
  readonly human: boolean;
  readonly judge: boolean | null;
}

/** A share, 0 to 1, with its 95 % interval; null of nothing. */
export interface Share {
  readonly hits: number;
  readonly of: number;
  readonly interval: Interval | null;
}

/** How far a judge can be trusted: what it said of answers that people had labelled. */
export interface Calibration {
  /** Answers that both gave a verdict on. */
  readonly labels: number;
  readonly humanPasses: number;
  /** Answers on which the judge gave no verdict. */
  readonly abstained: number;
  readonly agreement: Share;
  /** Of the answers that people let pass: those that the judge lets pass. */
  readonly sensitivity: Share;
  /** Of the answers that people failed: those that the judge fails. */
  readonly specificity: Share;
  /** Cohen's kappa: agreement beyond chance; null where one of the two knew only one answer. */
  readonly kappa: number | null;
  /** 95 %, by the bootstrap over answers. */
  readonly kappaInterval: Interval | null;
}

/** The kappa that has to be surely exceeded where an author says nothing: above it Landis and Koch (1977) speak of moderate agreement. */
export const leastFloor = 0.4;
/** With fewer labels, or fewer of one kind, an interval looks narrower than it is. */
const leastLabels = 30;
const leastOfEachKind = 5;
const resamples = 2000;

/** Answers by what was said of them. */
interface Table {
  readonly bothPass: number;
  readonly onlyJudge: number;
  readonly onlyHuman: number;
  readonly bothFail: number;
}

/** @param random uniform in [0, 1): draws the bootstrap */
export const calibrationOf = (ratings: readonly Rating[], random: () => number): Calibration => {
  const rated = ratings.filter(({ judge }) => judge !== null);
  const count = (human: boolean, judge: boolean) => rated.filter((rating) => rating.human === human && rating.judge === judge).length;
  const table = {
    bothPass: count(true, true),
    onlyJudge: count(false, true),
    onlyHuman: count(true, false),
    bothFail: count(false, false),
  };
  const { bothPass, onlyJudge, onlyHuman, bothFail } = table;
  return {
    labels: rated.length,
    humanPasses: bothPass + onlyHuman,
    abstained: ratings.length - rated.length,
    agreement: share(bothPass + bothFail, rated.length),
    sensitivity: share(bothPass, bothPass + onlyHuman),
    specificity: share(bothFail, bothFail + onlyJudge),
    kappa: kappaOf(table),
    kappaInterval: kappaInterval(table, random),
  };
};

const share = (hits: number, of: number): Share => ({ hits, of, interval: wilsonInterval(hits, of) });

/** Cohen (1960). Null where chance alone would agree always. */
const kappaOf = ({ bothPass, onlyJudge, onlyHuman, bothFail }: Table): number | null => {
  const n = bothPass + onlyJudge + onlyHuman + bothFail;
  if (n === 0) return null;
  const observed = (bothPass + bothFail) / n;
  const [human, judge] = [(bothPass + onlyHuman) / n, (bothPass + onlyJudge) / n];
  const byChance = human * judge + (1 - human) * (1 - judge);
  return byChance === 1 ? null : (observed - byChance) / (1 - byChance);
};

const kappaInterval = (table: Table, random: () => number): Interval | null => {
  if (kappaOf(table) === null) return null;
  const { bothPass, onlyJudge, onlyHuman, bothFail } = table;
  const n = bothPass + onlyJudge + onlyHuman + bothFail;
  const drawn = Float64Array.from({ length: resamples }, () => {
    const again = { bothPass: 0, onlyJudge: 0, onlyHuman: 0, bothFail: 0 };
    for (let at = 0; at < n; at++) {
      const place = random() * n;
      if (place < bothPass) again.bothPass += 1;
      else if (place < bothPass + onlyJudge) again.onlyJudge += 1;
      else if (place < bothPass + onlyJudge + onlyHuman) again.onlyHuman += 1;
      else again.bothFail += 1;
    }
    // A sample in which only one answer occurs shows no agreement beyond chance.
    return kappaOf(again) ?? 0;
  }).sort();
  const at = (part: number): number => drawn[Math.round(part * (resamples - 1))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
};

const rounded = (value: number): string => value.toFixed(2);

/**
 * Why a judge is only advisory; null: it decides. A phrase that goes on from its name.
 * @param floor kappa that it must surely exceed; `none`: it needs no calibration
 */
export const reservation = (calibration: Calibration | null, floor: number | 'none'): string | null => {
  if (floor === 'none') return null;
  if (calibration === null) return 'is not calibrated';
  const { labels, humanPasses, kappaInterval: interval } = calibration;
  const rarer = Math.min(humanPasses, labels - humanPasses);
  if (labels < leastLabels || rarer < leastOfEachKind) {
    return `was calibrated with ${labels} labels, ${rarer} of the rarer kind; it takes ${leastLabels}, and ${leastOfEachKind} of each kind`;
  }
  if (interval === null || interval.low < floor) {
    const found = interval === null ? 'unknown' : `between ${rounded(interval.low)} and ${rounded(interval.high)}`;
    return `does not agree enough with people: its kappa is ${found}, and the floor is ${floor}`;
  }
  return null;
};
