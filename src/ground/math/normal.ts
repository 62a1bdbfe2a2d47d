/** The density of the standard normal distribution. */
const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(z) − ½ for z of moderate size, by the Taylor series about 0 (Marsaglia 2004, Journal of Statistical Software 11(4)). */
const bodyOf = (z: number): number => {
  let [sum, term] = [z, z];
  for (let at = 3; Math.abs(term) > 1e-17 * Math.abs(sum); at += 2) {
    term *= (z * z) / at;
    sum += term;
  }
  return sum * density(z);
};

/** 1 − Φ(z) for large z, by Laplace's continued fraction: keeps its relative precision where 1 − Φ would be rounded to nothing. */
const tailOf = (z: number): number => {
  let fraction = z;
  for (let at = 120; at >= 1; at--) fraction = z + at / fraction;
  return density(z) / fraction;
};

/** The chance of a standard normal value above `z`. */
export const normalTail = (z: number): number => {
  if (z < 0) return 1 - normalTail(-z);
  return z < 3 ? 0.5 - bodyOf(z) : tailOf(z);
};

const bisections = 200;

/** The value where a falling function of a number crosses `target`, between two ends. */
const crossing = (falling: (at: number) => number, target: number, from: number, to: number): number => {
  let [low, high] = [from, to];
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (falling(middle) > target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** The value that a standard normal one exceeds with chance `tail`, 0 < tail < 1: 1.96 of 0.025. */
export const normalQuantile = (tail: number): number => crossing(normalTail, tail, -40, 40);

/** The chance of a value of Student's t above `t` ≥ 0, by the finite series for whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and 26.7.4). */
export const studentTail = (t: number, freedom: number): number => {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const squared = Math.cos(angle) ** 2;
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? Math.cos(angle) : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let at = isOdd ? 3 : 2; at <= freedom - 2; at += 2) {
    term *= (squared * (at - 1)) / at;
    sum += term;
  }
  const middle = isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return (1 - middle) / 2;
};

/** The value that Student's t exceeds with chance `tail`, 0 < tail < ½. `freedom`: whole, at least 1. Past 1,000 it is the normal one, to three digits. */
export const studentQuantile = (tail: number, freedom: number): number =>
  freedom > 1000 ? normalQuantile(tail) : crossing((t) => studentTail(t, freedom), tail, 0, 1e6);
