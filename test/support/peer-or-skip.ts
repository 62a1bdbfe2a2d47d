import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { peersFolder } from '../peers/start-peer.ts';

/** What a suite needs besides this repository: npm packages of a folder of tests, or programs on the search path. */
export interface PeerNeeds {
  readonly packages?: readonly string[];
  /** The folder whose packages they are, beside `peers`. */
  readonly folder?: 'peers' | 'prism' | 'unleash';
  /** Names on the search path, or absolute paths. */
  readonly programs?: readonly string[];
}

/**
 * `describe` for tests that talk to somebody else's program. Where it is not installed the suite is skipped with a loud line on a
 * developer's machine, and fails under CI: a peer that nobody talks to proves nothing.
 */
export const describeWithPeer = (name: string, needs: PeerNeeds, suite: () => void): void => {
  const missing = missingOf(needs);
  if (missing.length === 0) return void describe(name, suite);
  const complaint = `SKIPPED: ${name}: ${missing.join(', ')} not installed${needs.packages ? `; run npm ci --prefix test/${needs.folder ?? 'peers'}` : ''}`;
  if (process.env['CI']) {
    describe(name, () => {
      it('finds its peer installed', () => {
        throw new Error(complaint);
      });
    });
    return;
  }
  console.warn(complaint);
  describe.skip(name, suite);
};

/** For suites that are skipped by a condition: false, with a loud line, where the peer is missing; under CI they go on and fail. */
export const isPeerThere = (name: string, needs: PeerNeeds): boolean => {
  const missing = missingOf(needs);
  if (missing.length === 0 || process.env['CI']) return true;
  console.warn(`SKIPPED: ${name}: ${missing.join(', ')} not installed`);
  return false;
};

const missingOf = ({ packages = [], programs = [], folder = 'peers' }: PeerNeeds): readonly string[] => [
  ...packages.filter((name) => !existsSync(join(peersFolder, '..', folder, 'node_modules', name))),
  ...programs.filter((name) => !isOnPath(name)),
];

const isOnPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(resolve(folder, program), constants.X_OK);
      return true;
    } catch {
      return false; // the next folder may have it
    }
  });
