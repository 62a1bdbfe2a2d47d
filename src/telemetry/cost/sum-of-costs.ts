/** Two costs as one: of what is not known nothing is added, and two unknowns stay one. */
export const addCosts = (a: number | null, b: number | null): number | null => (a === null ? b : a + (b ?? 0));
