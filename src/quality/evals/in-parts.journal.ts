/** SQLite and PostgreSQL both take this many parameters in one statement. */
const atOnce = 500;

/** Reads what belongs to some ids, however many there are. `places`: as many `?` as there are ids in the part. */
export const inParts = async <Found>(
  ids: readonly string[],
  read: (some: readonly string[], places: string) => Promise<readonly Found[]>,
): Promise<readonly Found[]> => {
  const found: Found[] = [];
  for (let from = 0; from < ids.length; from += atOnce) {
    const some = ids.slice(from, from + atOnce);
    found.push(...(await read(some, some.map(() => '?').join(', '))));
  }
  return found;
};
