import type { Read } from './attribute-values.ts';
import type { Attributes } from './raw-span.ts';

/** Fields with their names in order of precedence. */
export type Names = Readonly<Record<string, { readonly read: Read<unknown>; readonly names: readonly string[] }>>;

/** What was told; null for what was not. */
export type Told<Table extends Names> = { [Field in keyof Table]: ReturnType<Table[Field]['read']> };

/**
 * A reader of attributes by a table of names. It goes once over the attributes and looks each up, rather than asking for every name of
 * the table: spans have ten to thirty attributes and the table a hundred names.
 */
export const tellerOf = <Table extends Names>(table: Table): ((attributes: Attributes) => Told<Table>) => {
  const places = new Map<string, { field: string; rank: number; read: Read<unknown> }>();
  for (const [field, { read, names }] of Object.entries(table)) {
    for (const [rank, name] of names.entries()) places.set(name, { field, rank, read });
  }
  const nothing = Object.fromEntries(Object.keys(table).map((field) => [field, null]));
  return (attributes) => {
    const told: Record<string, unknown> = { ...nothing };
    const ranks: Record<string, number> = {};
    for (const [name, value] of attributes) {
      const place = places.get(name);
      if (place === undefined || (ranks[place.field] ?? Number.POSITIVE_INFINITY) < place.rank) continue;
      const found = place.read(value);
      if (found === null) continue;
      told[place.field] = found;
      ranks[place.field] = place.rank;
    }
    return told as Told<Table>;
  };
};
