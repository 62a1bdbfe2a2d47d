/** A path with `*` and `?` inside its parts, cut into parts. `**` stands for any number of folders. */
export type FilePattern = readonly string[];

export const filePattern = (path: string): FilePattern => path.split('/').filter((part, at) => part !== '' || at === 0);

/** Parts before the first one with a wildcard name one folder, or the file itself. */
export const isWild = (part: string): boolean => /[*?]/.test(part);

/** Whether a name fits a part. As in a shell, names that start with a dot must be asked for. */
export const fits = (name: string, part: string): boolean => {
  if (name.startsWith('.') && !part.startsWith('.')) return false;
  return matchFrom(name, part);
};

/** Greedy, with one place to go back to: linear in name times part, whatever the pattern. */
const matchFrom = (name: string, part: string): boolean => {
  let [at, want, star, resume] = [0, 0, -1, 0];
  while (at < name.length) {
    if (part[want] === '*') {
      star = want++;
      resume = at;
    } else if (part[want] === '?' || part[want] === name[at]) {
      at++;
      want++;
    } else if (star !== -1) {
      want = star + 1;
      at = ++resume;
    } else return false;
  }
  while (part[want] === '*') want++;
  return want === part.length;
};
