import { createParser } from 'eventsource-parser';

/** One event of a stream: server-sent, or one line of NDJSON. */
export interface StreamEvent {
  /** The `event:` field; null where the stream names none. */
  readonly event: string | null;
  readonly data: string;
}

export interface ChunkReader {
  feed(text: string): void;
  /** The stream is over: what is still held counts as an event. */
  end(): void;
}

/** Server-sent events (WHATWG HTML, section 9.2): multi-line data joined, comments and `id:` dropped, any line ending. */
export const sseReader = (on: (event: StreamEvent) => void): ChunkReader => {
  const parser = createParser({ onEvent: ({ event, data }) => on({ event: event ?? null, data }) });
  // An end of the stream stands for the blank line that many servers leave out after their last event.
  return { feed: (text) => parser.feed(text), end: () => parser.feed('\n\n') };
};

/** One JSON text a line. Lines are cut at `\n` without scanning twice what a chunk left over. */
export const ndjsonReader = (on: (event: StreamEvent) => void): ChunkReader => {
  let held: string[] = [];
  const flush = () => {
    const line = held.join('').trim();
    held = [];
    if (line !== '') on({ event: null, data: line });
  };
  return {
    feed(text) {
      const parts = text.split('\n');
      for (const [at, part] of parts.entries()) {
        held.push(part);
        if (at < parts.length - 1) flush();
      }
    },
    end: flush,
  };
};
