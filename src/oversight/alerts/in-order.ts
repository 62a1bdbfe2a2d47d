/** How many of a list in the order of their instants, all of which that are in come first. */
const countTo = <Item>(items: readonly Item[], instantOf: (item: Item) => number, isIn: (instant: number) => boolean): number => {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isIn(instantOf(items[middle] as Item))) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** How many of a list in the order of their instants lie at or before one. */
export const countUpTo = <Item>(items: readonly Item[], instantOf: (item: Item) => number, instant: number): number =>
  countTo(items, instantOf, (each) => each <= instant);

/** Those of a list in the order of their instants that lie from one instant to before another. */
export const itemsBetween = <Item>(items: readonly Item[], instantOf: (item: Item) => number, from: number, to: number): readonly Item[] =>
  items.slice(
    countTo(items, instantOf, (each) => each < from),
    countTo(items, instantOf, (each) => each < to),
  );
