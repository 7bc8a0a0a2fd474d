import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reportPage } from '../../src/cli/report.ts';
import { Recording } from '../../src/debug/recording.ts';
import { runToEnd, sessionOf } from '../sessions.ts';

/** The report's page in a browser that may not use the network (Debian: chromium). */
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => existsSync(file));
if (CHROMIUM === undefined) console.log('pages in a browser skipped: there is no chromium here (Debian: chromium)');

const WIDTH = 1400;
const HEIGHT = 850;

describe.skipIf(CHROMIUM === undefined)('the report in Chromium', () => {
  const directory = mkdtempSync(join(tmpdir(), 'zhint-page-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true });
  });

  let files = 0;
  const reportOf = (source: string): { url: string; recording: Recording } => {
    const session = sessionOf(readFileSync(source, 'utf8'));
    const recording = new Recording(session.machine);
    const result = runToEnd(session);
    expect(result.verdict).toBe('passed');
    const file = join(directory, `${++files}.html`);
    writeFileSync(file, reportPage(recording, result, session.fixture!.title).join(''));
    return { url: pathToFileURL(file).href, recording };
  };

  /** Opens a page and waits for its picture. What it complains of, and what it asks the network for, is in `trouble`. */
  const open = async (url: string, colorScheme: 'light' | 'dark' = 'light'): Promise<{ page: Page; trouble: string[] }> => {
    const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, colorScheme, offline: true });
    const page = await context.newPage();
    const trouble: string[] = [];
    page.on('console', (message) => trouble.push(message.text()));
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== url && !request.url().startsWith('data:')) trouble.push(request.url());
    });
    await page.goto(url);
    await page.locator('#picture[data-frames]').waitFor({ timeout: 60_000 });
    await settled(page);
    return { page, trouble };
  };

  const settled = (page: Page): Promise<void> =>
    page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))');

  const drawn = (page: Page): Promise<Record<'frames' | 'shapes' | 'from' | 'to' | 'firstRow' | 'lastRow', number>> =>
    page
      .locator('#picture')
      .evaluate((canvas) =>
        Object.fromEntries(
          Object.entries((canvas as unknown as { dataset: object }).dataset).map(([name, value]) => [name, Number(value)]),
        ),
      ) as never;

  /** The colour of a pixel of the canvas, in CSS pixels from its corner. */
  const colourAt = (page: Page, x: number, y: number): Promise<string> =>
    page.evaluate(`(() => {
      const copy = new OffscreenCanvas(1, 1).getContext('2d');
      copy.drawImage(document.getElementById('picture'), -${x} * devicePixelRatio, -${y} * devicePixelRatio);
      const [r, g, b] = copy.getImageData(0, 0, 1, 1).data;
      return '#' + [r, g, b].map((n) => n.toString(16).padStart(2, '0')).join('');
    })()`);

  const variable = (page: Page, name: string): Promise<string> =>
    page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('${name}').trim()`);

  /** Where a time is on the canvas, and the middle of a row: the scale is that of the whole of a few pages. */
  const pointOf = async (page: Page, time: number, row: number): Promise<{ x: number; y: number }> => {
    const box = (await page.locator('#picture').boundingBox())!;
    const { from, to, firstRow, lastRow } = await drawn(page);
    const [left, right, top, bottom] = [112, 12, Number(await page.locator('#picture').getAttribute('data-top')), 8];
    return {
      x: box.x + left + ((time - from) / (to - from)) * (box.width - left - right),
      y: box.y + top + ((row + 0.5 - firstRow) / (lastRow - firstRow)) * (box.height - top - bottom),
    };
  };

  test.each(['light', 'dark'] as const)('%s: shows the states, tells events in words, zooms and moves', async (scheme) => {
    const { url } = reportOf('fixtures/discard-fault.s');
    const { page, trouble } = await open(url, scheme);
    expect(await page.locator('h1').textContent()).toBe(
      'A discarded page raises program interruption 0x1A, and the guest rebuilds it and goes on',
    );
    expect(await page.locator('#states li').allTextContents()).toEqual([
      'Sr stable, resident',
      'Sz stable, logically zero',
      'Vr volatile, resident',
      'Vz volatile, discarded',
    ]);
    expect(await page.locator('#marks li').allTextContents()).toEqual([
      '1 interruption',
      '1 interception',
      '3 ESSA',
      '1 discard',
      '4 zero-fills',
    ]);

    const box = (await page.locator('#picture').boundingBox())!;
    for (const [time, state] of [
      [2, 'Sz'],
      [4.5, 'Sr'],
      [6, 'Vr'],
      [7.5, 'Vz'],
      [10, 'Sz'],
    ] as const) {
      const { x, y } = await pointOf(page, time, 3);
      expect([time, await colourAt(page, x - box.x, y - box.y)]).toEqual([time, await variable(page, `--${state}`)]);
    }

    const fault = await pointOf(page, 8, 3);
    await page.mouse.move(fault.x, fault.y);
    const tip = page.locator('#tip');
    expect((await tip.locator('p').allTextContents()).slice(1)).toEqual([
      '[8] CPU 0: program interruption 0x1a (block volatility), page 0x40000\nat 0x10024\nlowcore 0xa8: 0x40000',
    ]);
    const discard = await pointOf(page, 7, 3);
    await page.mouse.move(discard.x, discard.y);
    expect((await tip.locator('p').allTextContents()).slice(1)).toEqual([
      '[7] host: discard, page 0x40000\nfixture\nVr (volatile, resident) → Vz (volatile, discarded)',
    ]);

    const before = await drawn(page);
    await page.mouse.wheel(0, -200);
    await settled(page);
    const zoomed = await drawn(page);
    expect(zoomed.to - zoomed.from).toBeLessThan(before.to - before.from);
    const stayed = await pointOf(page, 7, 3);
    expect(Math.abs(stayed.x - discard.x)).toBeLessThan(1);
    await page.mouse.down();
    await page.mouse.move(discard.x - 100, discard.y);
    await page.mouse.up();
    await settled(page);
    expect((await drawn(page)).from).toBeGreaterThan(zoomed.from);
    await page.getByRole('button', { name: 'show everything' }).click();
    await settled(page);
    expect(await drawn(page)).toMatchObject({ from: before.from, to: before.to });
    expect(trouble).toEqual([]);
    await page.close();
  });

  test('four thousand pages and a million events: one frame for each step, with a bounded number of shapes', {
    timeout: 180_000,
  }, async () => {
    const { url, recording } = reportOf('test/page/many-events.s');
    expect(recording.rows.length).toBeGreaterThanOrEqual(4000);
    expect(recording.length).toBeGreaterThanOrEqual(1_000_000);
    const { page, trouble } = await open(url);
    const first = await drawn(page);
    // Each lane draws at most one bar for a pixel; names, ticks and lines come to it.
    const bound = 8 * WIDTH + 500;
    expect(first.frames).toBeLessThanOrEqual(2);
    expect(first.shapes).toBeLessThanOrEqual(bound);
    expect(await page.locator('*').count()).toBeLessThan(120);

    await page.mouse.move(WIDTH / 2, HEIGHT / 2);
    expect(await page.locator('#tip').textContent()).toMatch(/page 0x[0-9a-f]+/);
    for (let n = 1; n <= 20; n++) {
      if (n % 2) await page.keyboard.down('Shift');
      await page.mouse.wheel(0, -200);
      await page.keyboard.up('Shift');
      await settled(page);
      const { frames, shapes } = await drawn(page);
      expect(frames).toBeLessThanOrEqual(first.frames + n);
      expect(shapes).toBeLessThanOrEqual(bound);
    }
    const last = await drawn(page);
    expect(last.to - last.from).toBeLessThan((first.to - first.from) / 1000);
    expect(last.lastRow - last.firstRow).toBeLessThan(40);
    expect(trouble).toEqual([]);
    await page.close();
  });
});
