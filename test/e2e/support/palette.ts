import type { Locator, Page } from 'playwright-core';

import { waitFor } from '../../../scripts/processes.mts';

const timeout = 20_000;

/**
 * Runs a command by its full title ("Counterweight: Open Loss Trends") through the palette. The list
 * does not grow while it is open, so it is opened again until VS Code has read the extension's manifest.
 */
export async function runCommand(page: Page, title: string): Promise<void> {
  const row = quickInputRow(page, title);
  await waitFor(
    `command "${title}" in the palette`,
    async () => {
      await openPalette(page, title);
      const shown = await row.waitFor({ timeout: 2000 }).then(
        () => true as const,
        () => undefined,
      );
      if (shown === undefined) await closePalette(page);
      return shown;
    },
    timeout,
  );
  await row.click();
  await row.waitFor({ state: 'hidden', timeout });
}

/** The titles that the palette offers for `text`. */
export async function offeredCommands(page: Page, text: string): Promise<readonly string[]> {
  await openPalette(page, text);
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor({ timeout });
  const titles = await page.locator('.quick-input-list .label-name').allInnerTexts();
  await closePalette(page);
  return titles;
}

/** Picks the entry with this text in the quick pick that a command has opened. */
export async function pickItem(page: Page, text: string): Promise<void> {
  const row = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  await row.waitFor({ timeout });
  await row.click();
}

/** Ticks the entries with these texts in the quick pick of several that a command has opened, and accepts it. */
export async function pickItems(page: Page, texts: readonly string[]): Promise<void> {
  for (const text of texts) await pickItem(page, text);
  await inputOf(page).press('Enter');
}

/** What the input box that a command has opened asks for, and what stands in it at first. */
export async function askedInput(page: Page): Promise<{ text: string; value: string }> {
  await inputOf(page).waitFor({ timeout });
  const text = await page.locator('.quick-input-widget').innerText();
  return { text, value: await inputOf(page).inputValue() };
}

/** What is said against the text in the input box. */
export async function inputProblem(page: Page, typed: string, words: RegExp): Promise<string> {
  await inputOf(page).fill(typed);
  const said = page.locator('.quick-input-widget .quick-input-message', { hasText: words });
  await said.waitFor({ timeout });
  return said.innerText();
}

/** The entries of the quick pick that a command has opened, each with its description. */
export async function quickPickRows(page: Page): Promise<readonly string[]> {
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await rows.first().waitFor({ timeout });
  return Promise.all(
    (await rows.all()).map(async (row) => {
      const parts = await row.locator('.label-name, .label-description').allInnerTexts();
      return parts.join(' ').replaceAll(/\s+/g, ' ').trim();
    }),
  );
}

/**
 * Chooses a folder, by its absolute path, in the dialog that a command has opened. The dialog lists
 * folders only, and those in the wished one must be others than those where it starts.
 */
export async function chooseFolder(page: Page, path: string): Promise<void> {
  await waitFor('the dialog', () => isPath(page), timeout);
  const before = await quickPickRows(page);
  await inputOf(page).fill(`${path}/`);
  await waitFor(
    `the folders of ${path}`,
    async () => (String(await quickPickRows(page)) === String(before) ? undefined : true),
    timeout,
  );
  const button = page.locator('.quick-input-widget .monaco-button').filter({ visible: true });
  await button.first().click({ timeout });
  await inputOf(page).waitFor({ state: 'hidden', timeout });
}

/** Whether the input box holds a path, as that of the dialog does once it has read its folder. */
async function isPath(page: Page): Promise<true | undefined> {
  const value = await inputOf(page).inputValue({ timeout });
  return value.startsWith('/') ? true : undefined;
}

/** Types into the input box that a command has opened and accepts it. */
export async function fillInput(page: Page, text: string): Promise<void> {
  await inputOf(page).waitFor({ timeout });
  await inputOf(page).fill(text);
  await inputOf(page).press('Enter');
}

async function openPalette(page: Page, text: string): Promise<void> {
  await page.keyboard.press('F1');
  await inputOf(page).waitFor({ timeout });
  await inputOf(page).fill(`>${text}`);
}

async function closePalette(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await inputOf(page).waitFor({ state: 'hidden', timeout });
}

function inputOf(page: Page): Locator {
  return page.locator('.quick-input-widget .quick-input-box input');
}

/** The row whose label is exactly `title`: "Run" must not run "Run Again". */
function quickInputRow(page: Page, title: string): Locator {
  const label = page.locator('.label-name', { hasText: new RegExp(`^\\s*${escaped(title)}\\s*$`) });
  return page.locator('.quick-input-list .monaco-list-row').filter({ has: label }).first();
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
