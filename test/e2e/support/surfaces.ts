import type { Locator, Page } from 'playwright-core';

import { waitFor } from '../../../scripts/processes.mts';
import { runCommand } from './palette.ts';

const timeout = 30_000;

/** Answers VS Code's real workspace trust dialog with yes. */
export function acceptTrust(page: Page): Promise<void> {
  return answerDialog(page, 'Yes, I trust the authors');
}

/** Answers VS Code's real workspace trust dialog with no: the window stays in Restricted Mode. */
export function declineTrust(page: Page): Promise<void> {
  return answerDialog(page, "No, I don't trust the authors");
}

/** Waits for a modal dialog and clicks its button with this text. */
export async function answerDialog(page: Page, button: string): Promise<void> {
  const dialog = page.locator('.monaco-dialog-box');
  const choice = dialog.locator('.monaco-button').filter({ hasText: button }).first();
  await choice.waitFor({ timeout });
  await choice.click();
  await choice.waitFor({ state: 'detached', timeout });
}

/** Waits for a modal dialog; gives its text. */
export async function dialogText(page: Page): Promise<string> {
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor({ timeout });
  return (await dialog.allInnerTexts()).join('\n');
}

/** The texts of the notifications on the screen. */
export function notificationTexts(page: Page): Promise<readonly string[]> {
  return page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts();
}

/** Waits for a notification that matches; gives its text. */
export function waitForNotification(
  page: Page,
  pattern: RegExp,
  milliseconds = timeout,
): Promise<string> {
  return waitFor(
    `notification ${pattern}`,
    async () => (await notificationTexts(page)).find((text) => pattern.test(text)),
    milliseconds,
  );
}

/** Clicks a button of the notification that contains `text`, as "Cancel" of a running training. */
export async function clickNotificationButton(
  page: Page,
  text: string,
  button: string,
): Promise<void> {
  const toast = page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  await toast.first().hover({ timeout });
  await toast.first().locator('.monaco-button', { hasText: button }).first().click({ timeout });
}

/** Closes all notifications. */
export async function clearNotifications(page: Page): Promise<void> {
  await runCommand(page, 'Notifications: Clear All Notifications');
}

/** Opens the Problems panel and gives its entries, each with its source and code. */
export async function problemTexts(page: Page): Promise<readonly string[]> {
  const panel = page.locator('.markers-panel');
  if (!(await panel.isVisible())) await runCommand(page, 'Problems: Focus on Problems View');
  await panel.waitFor({ timeout });
  const texts = await panel.locator('.monaco-list-row .monaco-tl-contents').allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
}

/** Waits for an entry of the Problems panel that matches; gives its text. */
export function waitForProblem(
  page: Page,
  pattern: RegExp,
  milliseconds = timeout,
): Promise<string> {
  return waitFor(
    `problem ${pattern}`,
    async () => (await problemTexts(page)).find((text) => pattern.test(text)),
    milliseconds,
  );
}

/** The texts of all status bar entries, in one line. */
export async function statusBarText(page: Page): Promise<string> {
  const texts = await page.locator('.statusbar-item').allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim()).join(' | ');
}

/** Waits for a status bar that matches; gives its text. */
export function waitForStatusBar(
  page: Page,
  pattern: RegExp,
  milliseconds = timeout,
): Promise<string> {
  return waitFor(
    `status bar ${pattern}`,
    async () => {
      const text = await statusBarText(page);
      return pattern.test(text) ? text : undefined;
    },
    milliseconds,
  );
}

/** Opens a view container of the activity bar by its title ("Counterweight"). */
export async function openSideBar(page: Page, title: string): Promise<void> {
  const icon = page.locator(`.activitybar .action-item a[aria-label^="${title}"]`).first();
  const heading = page
    .locator('.sidebar .composite.title')
    .filter({ hasText: new RegExp(title, 'i') });
  if (!(await heading.isVisible())) await icon.click({ timeout });
  await heading.waitFor({ timeout });
}

/** The rows of the trees in the side bar. */
export async function sideBarRows(page: Page): Promise<readonly string[]> {
  const texts = await sideBarRow(page).allInnerTexts();
  return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
}

/** Waits for a tree row in the side bar that matches; gives its text. */
export function waitForSideBarRow(
  page: Page,
  pattern: RegExp,
  milliseconds = timeout,
): Promise<string> {
  return waitFor(
    `side bar row ${pattern}`,
    async () => (await sideBarRows(page)).find((text) => pattern.test(text)),
    milliseconds,
  );
}

/**
 * Clicks a button on a tree row in the side bar, as "Cancel Run": it shows while the mouse is on the row.
 * Gives the text of the row as it was.
 */
export function clickRowButton(page: Page, row: RegExp, button: string): Promise<string> {
  return waitFor(
    `button "${button}" on the side bar row ${row}`,
    async () => {
      const found = sideBarRow(page).filter({ hasText: row }).first();
      const action = found.locator(`.action-label[aria-label^="${button}"]`).first();
      try {
        const text = (await found.innerText({ timeout: 1000 })).replaceAll(/\s+/g, ' ').trim();
        // The list is drawn anew while runs go on: one look may find the button gone.
        await found.hover({ timeout: 1000 });
        await action.click({ timeout: 1000 });
        return text;
      } catch {
        return undefined;
      }
    },
    timeout,
  );
}

/**
 * Picks from the menu that a right click on a tree row in the side bar opens, and once more where it
 * did not take: the menu closes by itself where the list is drawn anew under the mouse.
 */
export async function pickFromRowMenu(
  page: Page,
  row: RegExp,
  item: string,
  took: () => Promise<boolean>,
): Promise<void> {
  const found = sideBarRow(page).filter({ hasText: row }).first();
  const choice = page.locator('.context-view .action-item', { hasText: item }).first();
  await waitFor(
    `"${item}" in the menu of the side bar row ${row}`,
    async () => {
      // Of the time before: on a busy machine an effect may be long in coming.
      if (await took()) return true;
      try {
        await found.click({ button: 'right', timeout: 1000 });
        await choice.hover({ timeout: 1000 });
        await choice.and(page.locator('.focused')).waitFor({ timeout: 1000 });
      } catch {
        await page.keyboard.press('Escape');
        return undefined;
      }
      // A menu takes no click in its first moments, but keys.
      await page.keyboard.press('Enter');
      await choice.waitFor({ state: 'detached', timeout });
      const effect = waitFor('its effect', async () => (await took()) || undefined, 5000);
      return effect.catch(() => undefined);
    },
    timeout,
  );
}

/** Clicks a button in the title of a view of the side bar: it shows while the mouse is on the view. */
export async function clickViewButton(page: Page, view: string, button: string): Promise<void> {
  const header = viewOf(page, view).locator('.pane-header');
  await header.hover({ timeout });
  await header.locator(`.action-label[aria-label^="${button}"]`).click({ timeout });
}

/** Waits until what stands above the list of a view of the side bar is as wanted; '' for nothing. */
export async function waitForViewMessage(page: Page, view: string, wanted: string): Promise<void> {
  const message = viewOf(page, view).locator('.tree-explorer-viewlet-tree-view > .message');
  await waitFor(
    `message "${wanted}" of the view "${view}"`,
    async () => ((await message.allInnerTexts()).join('').trim() === wanted ? true : undefined),
    timeout,
  );
}

/** Shows or hides what is below a tree row in the side bar. */
export async function toggleRow(page: Page, row: RegExp): Promise<void> {
  const found = sideBarRow(page).filter({ hasText: row }).first();
  await found.locator('.monaco-tl-twistie').click({ timeout });
}

/** Rests the mouse on a tree row in the side bar until its tooltip shows; gives its text. */
export function sideBarTooltip(page: Page, rowText: string): Promise<string> {
  return waitFor(
    `tooltip of the side bar row "${rowText}"`,
    async () => {
      const box = await sideBarRow(page).filter({ hasText: rowText }).first().boundingBox();
      if (!box) return undefined;
      // The list is drawn anew while runs go on, so the mouse comes in afresh each time.
      await page.mouse.move(box.x + 40, box.y + 60);
      await page.mouse.move(box.x + 40, box.y + box.height / 2, { steps: 5 });
      const tooltip = page.locator('.monaco-hover:visible').filter({ hasText: rowText }).first();
      const shown = await tooltip.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
      return shown ? (await tooltip.allInnerTexts()).join('\n') : undefined;
    },
    timeout,
  );
}

/** The titles of the open tabs of all editor groups. */
export function tabTitles(page: Page): Promise<readonly string[]> {
  return page.locator('.tabs-container .tab-label .monaco-icon-label-container').allTextContents();
}

function viewOf(page: Page, name: string): Locator {
  const title = page.locator('.pane-header .title', { hasText: name });
  return page.locator('.sidebar .pane').filter({ has: title });
}

function sideBarRow(page: Page): Locator {
  return page.locator('.sidebar .monaco-list-row');
}
