/** Reads RFC 4180, and throws where a quote stands wrong. */
export const parseCsv = (source: string): readonly (readonly string[])[] => {
  const records: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/y;
  let at = 0;
  while (at < source.length) {
    field.lastIndex = at;
    const found = field.exec(source);
    if (!found) throw new Error(`not CSV at: ${source.slice(at, at + 60)}`);
    at = field.lastIndex;
    records.at(-1)?.push(found[1] === undefined ? (found[2] ?? '') : found[1].replace(/""/g, '"'));
    if (found[3] === '\r\n') records.push([]);
  }
  return records.slice(0, -1);
};
