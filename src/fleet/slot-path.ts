/** A path as a map key. */
export const pathKey = (path: readonly PropertyKey[]): string => path.map(String).join('\u0000');

/** Marks that a path has entered a slot, so that the slot is not looked up again. */
export const inSlot = Symbol('inside a slot');
