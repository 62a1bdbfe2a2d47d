import { EventEmitter } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isScreen } from '../../../src/ground/runtime/terminal.ts';
import { openScreen } from '../../../src/ground/runtime/terminal-screen.ts';

const terminal = () => {
  const raw: boolean[] = [];
  const written: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (on: boolean) => void raw.push(on),
    resume: () => {},
    pause: () => {},
  });
  const stdout = Object.assign(new EventEmitter(), { isTTY: true, columns: 40, rows: 3, write: (text: string) => void written.push(text) });
  const pressed: string[] = [];
  let resized = 0;
  const screen = openScreen(stdin, stdout, { key: (name) => pressed.push(name), resized: () => (resized += 1) });
  return { raw, written, stdin, stdout, pressed, screen, resizes: () => resized };
};

describe('a screen', () => {
  test('gives the terminal back once, whoever closes it, and hears nothing afterwards', () => {
    const { raw, written, stdin, stdout, screen, pressed, resizes } = terminal();
    const listeners = process.listenerCount('exit');
    screen.close();
    screen.close();
    screen.draw(['late']);
    stdin.emit('data', Buffer.from('q'));
    stdout.emit('resize');
    expect(raw).toEqual([true, false]);
    expect(written.filter((text) => text.includes('?1049l'))).toHaveLength(1);
    expect(written.at(-1)).toBe('\u001B[?7h\u001B[?25h\u001B[?1049l');
    expect([pressed, resizes(), process.listenerCount('exit')]).toEqual([[], 0, listeners - 1]);
  });

  test('tells keys apart, also where several come at once', () => {
    const { stdin, pressed, screen } = terminal();
    stdin.emit('data', Buffer.from('j\u001B[A\u001BOB\r\u007Fä\u001B[5~'));
    stdin.emit('data', Buffer.from('\u001B'));
    screen.close();
    expect(pressed).toEqual(['j', 'up', 'down', 'enter', 'backspace', 'ä', '\u001B[5~', 'escape']);
  });

  test('draws no more lines than there are rows', () => {
    const { written, screen } = terminal();
    screen.draw(['a', 'b', 'c', 'd']);
    screen.close();
    expect(written[1]).toContain('a\u001B[K\r\nb\u001B[K\r\nc\u001B[K\u001B[J');
    expect(written[1]).not.toContain('d\u001B');
  });

  test('needs terminals at both ends', () => {
    const { stdin, stdout, screen } = terminal();
    screen.close();
    expect(isScreen(stdin, stdout)).toBe(true);
    expect(isScreen({ isTTY: true }, stdout)).toBe(false);
    expect(isScreen(stdin, {})).toBe(false);
  });
});
