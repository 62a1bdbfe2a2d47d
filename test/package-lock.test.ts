import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'),
);

/** Where Node would look for `name` from the package at `place`, nearest first. */
function placesOf(name: string, place: string): string[] {
  const places = [`${place === '' ? '' : `${place}/`}node_modules/${name}`];
  for (let at = place.lastIndexOf('/node_modules/'); at >= 0; at = place.lastIndexOf('/node_modules/', at - 1)) {
    places.push(`${place.slice(0, at)}/node_modules/${name}`);
  }
  return [...places, `node_modules/${name}`];
}

// `npm ci` refuses a lock that lacks the binaries of other platforms, which `npm install` leaves out
// without a word when the registry it asked did not have them.
test('the lock names every package of every platform, so that `npm ci` works on each', () => {
  const missing = Object.entries(lock.packages).flatMap(([place, locked]) =>
    Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })
      .filter((name) => !placesOf(name, place).some((at) => at in lock.packages))
      .map((name) => `${place} wants ${name}`),
  );
  expect(missing).toEqual([]);
});
