/** What the runs of this suite act on: targets in a process that outlives every run, with a log of what was really done to them. */
import { openTwins } from '../../dist/controls/actions/open-twins.js';

/** @param real opens the real driver of a control, for its traits, its wishes and its healthy state */
export const openPeer = ({ real, fate }) => {
  let now = 0;
  const twins = openTwins({ real, clock: { now: () => now }, fate });
  return {
    acts: twins.acts,
    state: twins.state,
    fieldsOf: twins.fieldsOf,
    open: twins.open,
    /** One call of a driver, as a run makes it over the wire; what is thrown is told. */
    async answer({ agent, control, access, call, args, at }) {
      now = at;
      try {
        const driver = await twins.open(agent, control, access);
        return { answer: await driver[call](...args, new AbortController().signal) };
      } catch (thrown) {
        return { thrown: thrown.message };
      }
    },
  };
};
