import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { collectReport } from '../../../src/desk/report/collect-report.ts';
import { renderReportPage } from '../../../src/desk/report/page.ts';
import { peersFolder } from '../../peers/start-peer.ts';
import { openMondayFleet } from '../../support/monday-fleet.ts';
import { describeWithPeer } from '../../support/peer-or-skip.ts';
import { scratch } from '../../support/run-cli.ts';

/** What this test uses of a browser; its packages are no dependency of this one. */
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}
interface Page {
  on(event: 'console' | 'pageerror' | 'request', listen: (event: { text?(): string; url?(): string; message?: string }) => void): void;
  setViewport(size: { width: number; height: number }): Promise<void>;
  setBypassCSP(isBypassed: boolean): Promise<void>;
  emulateMediaFeatures(features: readonly { name: string; value: string }[]): Promise<void>;
  goto(url: string): Promise<unknown>;
  evaluate<Answer>(code: string): Promise<Answer>;
  screenshot(wish: { fullPage: boolean }): Promise<Uint8Array>;
  pdf(wish: { format: 'A4' }): Promise<Uint8Array>;
  close(): Promise<void>;
}
interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Where Chromium is on the search path; the suite is skipped where it is not. */
const chromium = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'chromium'))
  .find(existsSync);

const fromPeers = createRequire(join(peersFolder, 'package.json'));

describeWithPeer('a report in Chromium', { packages: ['puppeteer-core', 'axe-core'], programs: ['chromium'] }, () => {
  const folder = scratch();
  const address = pathToFileURL(join(folder.path, 'report.html')).href;
  let browser: Browser;

  beforeAll(async () => {
    const { fleet, ctx, close } = await openMondayFleet();
    const report = await collectReport(ctx, fleet, { windowMs: 30 * 86_400_000, agent: null, advice: 'always' });
    await close();
    writeFileSync(join(folder.path, 'report.html'), renderReportPage(report));
    // No sandbox of its own: CI runs as root, and the page is ours.
    browser = await fromPeers('puppeteer-core').launch({ executablePath: chromium, args: ['--no-sandbox', '--disable-gpu'] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    folder[Symbol.dispose]();
  });

  /** Opens the page; answers it with all that it said or asked for beyond itself. */
  const open = async (width: number, scheme: string, more: (page: Page) => Promise<void> = async () => undefined) => {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(`console: ${message.text?.()}`));
    page.on('pageerror', (error) => said.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url?.() !== address) said.push(`request: ${request.url?.()}`);
    });
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await more(page);
    await page.goto(address);
    return { page, said };
  };

  const screens = [1280, 390].flatMap((width) => ['light', 'dark'].map((scheme) => [width, scheme] as const));

  it.each(screens)('fits %i pixels in %s colours, says nothing and asks for nothing', async (width, scheme) => {
    const { page, said } = await open(width, scheme);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    // Drawings are as wide as they are meant to be, and no letter of theirs is too small to be read.
    const small = await page.evaluate<readonly string[]>(
      `[...document.querySelectorAll('svg text')].filter((text) => text.getBoundingClientRect().height < 8.5).map((text) => text.textContent)`,
    );
    expect(small).toEqual([]);
    const ground = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(ground === 'rgb(255, 255, 255)').toBe(scheme === 'light');
    expect((await page.screenshot({ fullPage: true })).length).toBeGreaterThan(20_000);
    expect(said).toEqual([]);
    await page.close();
  });

  it.each(screens)('has nothing in its way for who reads otherwise: %i pixels, %s', async (width, scheme) => {
    // The page itself forbids scripts, also ours that looks at it.
    const { page } = await open(width, scheme, (page) => page.setBypassCSP(true));
    await page.evaluate(readFileSync(join(peersFolder, 'node_modules/axe-core/axe.min.js'), 'utf8'));
    await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true })`);
    const { violations } = await page.evaluate<{ violations: readonly Violation[] }>('axe.run(document)');
    expect(violations.map(({ id, impact, nodes }) => [id, impact, nodes[0]?.html.slice(0, 200), nodes[0]?.failureSummary])).toEqual([]);
    await page.close();
  });

  it('prints', async () => {
    const { page } = await open(1280, 'dark');
    const pdf = Buffer.from(await page.pdf({ format: 'A4' }));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    const pages = [...pdf.toString('latin1').matchAll(/\/Type\s*\/Page\b(?!s)/g)].length;
    expect(pages).toBeGreaterThan(2);
    expect(pages).toBeLessThan(12);
    await page.close();
  });
});
