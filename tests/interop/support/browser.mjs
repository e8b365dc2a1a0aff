import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './server.mjs';

const pictures = join(root, 'docs/pictures');
/** Whether pictures for the documentation are taken. */
const takes = process.env.CONTROLPLANE_PICTURES === '1';

/** A real browser. Pages fail a test by what they log as an error. */
export class Browser {
  #browser;
  faults = [];
  /** Part of an error that a test causes itself: a server that is gone. */
  expected;

  static async start() {
    const browser = new Browser();
    browser.#browser = await chromium.launch({
      executablePath: process.env.CONTROLPLANE_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'],
    });
    return browser;
  }

  async open(url, { width = 1280, colorScheme = 'light' } = {}) {
    const context = await this.#browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      if (message.type() === 'error' && !(this.expected && message.text().includes(this.expected))) this.faults.push(message.text());
    });
    page.on('pageerror', (error) => this.faults.push(String(error)));
    await page.goto(url);
    return page;
  }

  stop() {
    return this.#browser.close();
  }
}

/** What axe finds, of any weight, and whether the page is wider than the window. */
export async function checkPage(page, name) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ')}`), []);
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(excess <= 0, `${name} is ${excess} px wider than the window`);
}

export async function takePicture(page, name) {
  if (!takes) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
