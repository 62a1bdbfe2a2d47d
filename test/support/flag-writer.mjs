/** Stops the agents NAME-0 to NAME-(COUNT-1), each by its flag in FOLDER/flags.json: node flag-writer.mjs FOLDER NAME COUNT */
import flagFile from '../../dist/controls/actions/drivers/flag-file.js';
import { systemClock } from '../../dist/ground/runtime/clock.js';
import { systemFiles } from '../../dist/ground/runtime/files.js';

const [folder, name, count] = process.argv.slice(2);
const world = { files: systemFiles, clock: systemClock, folder };
const { signal } = new AbortController();
for (let at = 0; at < Number(count); at++) {
  const driver = flagFile.open({ via: 'flag-file', path: 'flags.json', flag: `${name}-${at}`, effect: 0 }, world);
  const change = driver.plan({ action: 'kill', params: {} }, await driver.read('kill', signal));
  const { result, evidence } = await driver.apply(change, `run/${at}`, signal);
  if (result !== 'applied') throw new Error(evidence);
}
