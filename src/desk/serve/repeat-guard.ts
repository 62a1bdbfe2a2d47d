/** Texts that are remembered; then all are forgotten, since senders may make up new ones for ever. */
const most = 500;

/** Whether a text was not said in the last `restMs`: what happens with every request is worth a line now and then. */
export const openRepeatGuard = (restMs: number, monotonic: () => number): ((text: string) => boolean) => {
  const saidAt = new Map<string, number>();
  return (text) => {
    const last = saidAt.get(text);
    if (last !== undefined && monotonic() - last < restMs) return false;
    if (saidAt.size >= most) saidAt.clear();
    saidAt.set(text, monotonic());
    return true;
  };
};
