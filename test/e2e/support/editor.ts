import { basename } from 'node:path';

import type { Locator, Page } from 'playwright-core';

import { waitFor } from '../../../scripts/processes.mts';

const timeout = 30_000;
const editor = '.editor-instance';

/** Severities as VS Code draws them under the text. */
export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** Opens a file of the workspace by its relative path through Quick Open. */
export async function openFile(page: Page, path: string): Promise<void> {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  await page.keyboard.press('ControlOrMeta+P');
  await input.waitFor({ timeout });
  await input.fill(path);
  const row = page
    .locator('.quick-input-list .monaco-list-row')
    .filter({ hasText: basename(path) })
    .first();
  await row.waitFor({ timeout });
  await row.click();
  await page
    .locator(`.tab.active[data-resource-name="${basename(path)}"]`)
    .first()
    .waitFor({ timeout });
  await page.locator(`${editor} .view-line`).first().waitFor({ timeout });
}

/** The texts of the visible lines, without inlay hints. */
export async function editorLines(page: Page): Promise<readonly string[]> {
  const lines = await linesOf(page);
  return Promise.all(lines.map(ownText));
}

/** The inlay hints on the screen, from top to bottom, with plain spaces. */
export async function inlayHintTexts(page: Page): Promise<readonly string[]> {
  const hints = await Promise.all((await linesOf(page)).map(hintOf));
  return hints.filter((text) => text !== '');
}

/** Waits until the line that contains `lineText` has an inlay hint that matches; gives its text. */
export function waitForInlayHint(
  page: Page,
  lineText: string,
  pattern: RegExp,
  milliseconds = timeout,
): Promise<string> {
  return waitFor(
    `inlay hint ${pattern} on the line "${lineText}"`,
    async () => {
      const text = (await lineIsShown(page, lineText)) ? await hintOf(lineOf(page, lineText)) : '';
      return pattern.test(text) ? text : undefined;
    },
    milliseconds,
  );
}

/** The code lenses on the screen, one text per line, from top to bottom. */
export async function codeLensTexts(page: Page): Promise<readonly string[]> {
  const lenses = await page.locator(`${editor} .codelens-decoration`).all();
  const placed = await Promise.all(
    lenses.map(async (lens) => ({
      top: (await lens.boundingBox())?.y ?? 0,
      text: plain((await lens.textContent()) ?? ''),
    })),
  );
  return placed.toSorted((one, other) => one.top - other.top).map(({ text }) => text);
}

/** Waits until a code lens contains `text`. */
export async function waitForCodeLens(
  page: Page,
  text: string,
  milliseconds = timeout,
): Promise<void> {
  await lensLink(page, text).waitFor({ timeout: milliseconds });
}

/**
 * Clicks the code lens with this text.
 * @param lineText takes the lens above the line that contains this; the first such lens without it
 */
export async function clickCodeLens(page: Page, text: string, lineText?: string): Promise<void> {
  await waitForCodeLens(page, text);
  if (lineText === undefined) return lensLink(page, text).click();
  // Lenses are drawn anew whenever their figures change, so one look may find none.
  await waitFor(
    `code lens "${text}" above the line "${lineText}"`,
    () => clickLensAbove(page, text, lineText),
    timeout,
  );
}

/** True once it was clicked. */
async function clickLensAbove(
  page: Page,
  text: string,
  lineText: string,
): Promise<true | undefined> {
  const line = await lineOf(page, lineText).boundingBox();
  const links = await page.locator(`${editor} .codelens-decoration a`).all();
  for (const link of links) {
    const box = await link.boundingBox({ timeout: 1000 }).catch(() => null);
    const isAbove = line && box && box.y < line.y && box.y > line.y - 2 * line.height;
    if (!isAbove || !plain((await link.textContent()) ?? '').includes(text)) continue;
    const canBeClicked = await link.click({ trial: true, timeout: 1000 }).then(
      () => true,
      () => false,
    );
    if (!canBeClicked) continue;
    // Only once: a click that is given up may have been made.
    await link.click({ timeout });
    return true;
  }
  return undefined;
}

/**
 * Rests the mouse on a piece of a line and waits for the hover.
 * @param at the token under the mouse, a name or a value of that line; the line's last one without it
 * @param pattern waits until the hover's text matches: its parts come one after the other
 */
export async function hoverLine(
  page: Page,
  lineText: string,
  at?: string,
  pattern = /\S/,
): Promise<string> {
  const token = await tokenOf(page, lineText, at);
  const hover = page.locator('.monaco-hover:visible .hover-contents');
  let patience = 1000;
  return waitFor(
    `hover ${pattern} on the line "${lineText}"`,
    async () => {
      const text = (await hover.allInnerTexts()).map(plain).join('\n');
      if (pattern.test(text)) return text;
      // The content may have changed below a mouse at rest, so it goes away and comes back.
      await page.mouse.move(5, 5);
      await token.hover({ timeout });
      // The parts of a hover come one by one: ours may follow that of a diagnostic, late on a machine
      // that trains.
      patience *= 2;
      await hover
        .filter({ hasText: pattern })
        .first()
        .waitFor({ timeout: patience })
        .catch(() => undefined);
      return undefined;
    },
    timeout,
  );
}

/** Clicks a link in the hover on the screen. */
export async function clickHoverLink(page: Page, text: string): Promise<void> {
  await page
    .locator('.monaco-hover:visible a')
    .filter({ hasText: text })
    .first()
    .click({ timeout });
}

/** How many squiggles of this severity are on the screen. */
export function squiggleCount(page: Page, severity: Severity): Promise<number> {
  return page.locator(`${editor} .squiggly-${severity}`).count();
}

/** Waits for a squiggle of this severity. */
export async function waitForSquiggle(
  page: Page,
  severity: Severity,
  milliseconds = timeout,
): Promise<void> {
  await page
    .locator(`${editor} .squiggly-${severity}`)
    .first()
    .waitFor({ state: 'attached', timeout: milliseconds });
}

/** Puts the cursor on a token of a line and gives the titles of the actions offered there. */
export async function quickFixTitles(
  page: Page,
  lineText: string,
  at?: string,
): Promise<readonly string[]> {
  await openQuickFixes(page, lineText, at);
  const titles = (await actionRows(page).allInnerTexts()).map(plain);
  await page.keyboard.press('Escape');
  return titles;
}

/** Applies the quick fix whose title contains `title`, at a token of a line. */
export async function quickFix(
  page: Page,
  lineText: string,
  title: string,
  at?: string,
): Promise<void> {
  await openQuickFixes(page, lineText, at);
  await actionRows(page).filter({ hasText: title }).first().click({ timeout });
}

/** Replaces the whole line that contains `lineText`; the file is not saved. */
export async function replaceLine(page: Page, lineText: string, newText: string): Promise<void> {
  await (await tokenOf(page, lineText, undefined)).click({ timeout });
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+Home');
  await page.keyboard.insertText(newText);
  await lineOf(page, newText).waitFor({ timeout });
  await page.locator('.tab.active.dirty').waitFor({ timeout });
}

/** Waits until a line on the screen contains `text`. */
export async function waitForLine(page: Page, text: string): Promise<void> {
  await lineOf(page, text).waitFor({ timeout });
}

/** Takes the last edit of the active editor back. */
export async function undoEdit(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+Z');
}

/** Types as a person does, at the end of the file; what the editor offers meanwhile stays open. */
export async function typeAtEnd(page: Page, text: string): Promise<void> {
  await page.locator(`${editor} .view-line`).first().click({ timeout });
  await page.keyboard.press('ControlOrMeta+End');
  await page.keyboard.type(text);
}

/** Waits until completion offers this; gives all that it offers on the screen. */
export async function waitForSuggestion(page: Page, label: string): Promise<readonly string[]> {
  await suggestion(page, label).waitFor({ timeout });
  const rows = page.locator('.suggest-widget .monaco-list-row .label-name');
  return (await rows.allInnerTexts()).map(plain);
}

/** Chooses what completion offers under this label. */
export async function acceptSuggestion(page: Page, label: string): Promise<void> {
  await suggestion(page, label).click({ timeout });
  await page.locator('.suggest-widget.visible').waitFor({ state: 'hidden', timeout });
}

/** Width and height of the picture in the hover on the screen, once it is drawn. */
export function hoverPictureSize(page: Page): Promise<readonly [number, number]> {
  return waitFor(
    'a picture in the hover',
    async () => {
      const picture = page.locator('.monaco-hover:visible img').first();
      const box = await picture.boundingBox({ timeout: 2000 }).catch(() => null);
      return box && box.width > 1 ? ([box.width, box.height] as const) : undefined;
    },
    timeout,
  );
}

/** Saves the file in the active editor and waits until it counts as saved. */
export async function saveFile(page: Page): Promise<void> {
  await page.keyboard.press('ControlOrMeta+S');
  await page.locator('.tab.active.dirty').waitFor({ state: 'detached', timeout });
}

async function openQuickFixes(page: Page, lineText: string, at?: string): Promise<void> {
  await (await tokenOf(page, lineText, at)).click({ timeout });
  await waitFor(
    `quick fixes on the line "${lineText}"`,
    async () => {
      await page.keyboard.press('ControlOrMeta+.');
      const shown = actionRows(page).first().waitFor({ timeout: 2000 });
      return shown.then(() => true as const).catch(() => undefined);
    },
    timeout,
  );
}

function suggestion(page: Page, label: string): Locator {
  return page.locator('.suggest-widget .monaco-list-row').filter({
    has: page.locator('.label-name').getByText(label, { exact: true }),
  });
}

function actionRows(page: Page): Locator {
  return page.locator('.action-widget .monaco-list-row.action');
}

function lensLink(page: Page, text: string): Locator {
  return page.locator(`${editor} .codelens-decoration a`).filter({ hasText: text }).first();
}

function linesOf(page: Page): Promise<readonly Locator[]> {
  return page.locator(`${editor} .view-line`).all();
}

function lineOf(page: Page, text: string): Locator {
  return page.locator(`${editor} .view-line`).filter({ hasText: text }).first();
}

async function lineIsShown(page: Page, text: string): Promise<boolean> {
  return (await lineOf(page, text).count()) > 0;
}

/** Injected text carries a style rule made at run time; the tokens of the file do not. */
const injected = '[class*="dyn-rule"]';

async function tokenOf(page: Page, lineText: string, at: string | undefined): Promise<Locator> {
  const line = lineOf(page, lineText);
  await line.waitFor({ timeout });
  const tokens = line.locator(`span > span:not(${injected})`);
  return at === undefined ? tokens.last() : tokens.filter({ hasText: at }).first();
}

async function ownText(line: Locator): Promise<string> {
  const parts = await line.locator(`span > span:not(${injected})`).allTextContents();
  return plain(parts.join(''));
}

async function hintOf(line: Locator): Promise<string> {
  const parts = await line.locator(`span > span${injected}`).allTextContents();
  return plain(parts.join('')).trim();
}

/** The editor draws its spaces as no-break spaces. */
function plain(text: string): string {
  return text.replaceAll('\u00a0', ' ');
}
