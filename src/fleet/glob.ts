/**
 * Whether a path with forward slashes matches a glob, whole: `*` and `?` stay within a folder, `**` crosses folders, also none. Takes
 * time in proportion to both lengths: a pattern from a stranger must not be able to keep us busy.
 */
export const matchesGlob = (glob: string, path: string): boolean => {
  // ends[at]: the tokens so far can match the first `at` characters of the path.
  let ends: readonly boolean[] = Array.from({ length: path.length + 1 }, (_, at) => at === 0);
  for (const token of glob.match(/\*\*\/|\*\*|./gs) ?? []) ends = advance(token, ends, path);
  return ends[path.length] === true;
};

const advance = (token: string, before: readonly boolean[], path: string): readonly boolean[] => {
  const after: boolean[] = [];
  let hasBegun = false;
  for (let at = 0; at <= path.length; at++) {
    const last = path[at - 1];
    const stays = before[at] === true;
    if (token === '**/') after.push(stays || (hasBegun && last === '/'));
    else if (token === '**') after.push(stays || hasBegun);
    else if (token === '*') after.push(stays || (after[at - 1] === true && last !== '/'));
    else after.push(before[at - 1] === true && (token === '?' ? last !== '/' : last === token));
    hasBegun ||= stays;
  }
  return after;
};
