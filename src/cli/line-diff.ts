/** Lines of context around a change. */
const context = 2;

/**
 * What changed between two texts in which lines were put in or replaced, as `diff -u` shows it. Not for moved lines: they come out as one
 * removed and one added.
 */
export const lineDiff = (path: string, before: string, after: string): string => {
  const [old, now] = [before, after].map((text) => text.split(/\r?\n/)) as [string[], string[]];
  const marks: { readonly mark: ' ' | '-' | '+'; readonly line: string; readonly at: number }[] = [];
  let [a, b] = [0, 0];
  while (a < old.length || b < now.length) {
    const isSame = a < old.length && b < now.length && old[a] === now[b];
    const isAdded = !isSame && b < now.length && (a >= old.length || now[b + 1] === old[a]);
    if (isSame) marks.push({ mark: ' ', line: old[a] ?? '', at: a });
    else if (isAdded) marks.push({ mark: '+', line: now[b] ?? '', at: a });
    else {
      marks.push({ mark: '-', line: old[a] ?? '', at: a });
      if (b < now.length) marks.push({ mark: '+', line: now[b] ?? '', at: a });
    }
    if (isSame || !isAdded) a += 1;
    b += 1;
  }
  const changed = marks.flatMap(({ mark }, at) => (mark === ' ' ? [] : [at]));
  if (changed.length === 0) return '';
  const isNear = (at: number): boolean => changed.some((each) => Math.abs(each - at) <= context);
  const lines: string[] = [`--- ${path}`, `+++ ${path}`];
  for (const [at, { mark, line, at: row }] of marks.entries()) {
    if (!isNear(at)) continue;
    if (at === 0 || !isNear(at - 1)) lines.push(`@@ line ${row + 1} @@`);
    lines.push(`${mark}${line}`);
  }
  return `${lines.join('\n')}\n`;
};
