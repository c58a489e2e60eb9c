import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { type Browser, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';

import { chromiumMissing, findChromium } from '../../../scripts/systemPackages.mts';
import { ensureHost, type RunningServer, startServer } from '../../../scripts/vscodeHost.mts';
import { TemporaryWorkspace } from '../../support/temporaryWorkspace.ts';
import { testSettings } from './testSettings.ts';

/** What a workbench is opened on. */
export interface WorkbenchOptions {
  /** Folder, relative to the repository, that is copied; an empty workspace without it. */
  readonly workspaceFixture?: string;
  /** Further files of the workspace by relative path. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Files to open, relative to the workspace; the last one has the focus. */
  readonly open?: readonly string[];
  /** `ask` (the default is `trusted`) leaves workspace trust on: the real dialog appears. */
  readonly trust?: 'ask' | 'trusted';
  /** `none` opens the files in a window without a folder. */
  readonly folder?: 'workspace' | 'none';
  /** User settings above those of `testSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A real VS Code with the packed extension, in a real browser. Whoever opens it disposes of it. */
export interface Workbench {
  readonly page: Page;
  readonly workspace: TemporaryWorkspace;
  /** Absolute path of the workspace folder. */
  readonly workspacePath: string;
  /** What went wrong on the page's console and concerns the extension or its web views. */
  readonly consoleErrors: readonly string[];
  /** Writes test/e2e/screenshots/<name>.png and gives its path. */
  readonly screenshot: (name: string) => Promise<string>;
  /** Loads the page anew, as a user's F5 does. */
  readonly reload: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

const root = resolve(import.meta.dirname, '..', '..', '..');
const screenshots = join(root, 'test', 'e2e', 'screenshots');
const openTimeout = 60_000;

const browserArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Starts VS Code with the extension that `installOnce.ts` has installed, on a copy of the workspace, and
 * waits for the workbench.
 */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const host = await ensureHost((line) => process.stderr.write(`${line}\n`));
  const data = new TemporaryWorkspace();
  const workspace = new TemporaryWorkspace(options.files);
  const parts: { server?: RunningServer; browser?: Browser } = {};
  const dispose = async (): Promise<void> => {
    await parts.browser?.close();
    await parts.server?.dispose();
    data[Symbol.dispose]();
    workspace[Symbol.dispose]();
  };
  try {
    copyFixture(options, workspace);
    const folders = { serverDataDir: data.path('data'), extensionsDir: inject('extensionsDir') };
    data.write('data/data/User/settings.json', JSON.stringify(settingsOf(options), undefined, 2));
    parts.server = await startServer(host, { ...folders, trust: options.trust ?? 'trusted' });
    parts.browser = await launchBrowser();
    const page = await parts.browser.newPage({ viewport: { width: 1500, height: 950 } });
    const consoleErrors = collectErrors(page);
    await page.goto(addressOf(parts.server.origin, workspace.root, options));
    await waitForWorkbench(page, options);
    return {
      page,
      workspace,
      workspacePath: workspace.root,
      consoleErrors,
      screenshot: (name) => takeScreenshot(page, name),
      reload: async () => {
        await page.reload();
        await waitForWorkbench(page, options);
      },
      dispose,
    };
  } catch (error) {
    const output = parts.server?.output().slice(-4000) ?? '';
    await dispose();
    throw new Error(`The workbench could not be opened. VS Code wrote:\n${output}`, {
      cause: error,
    });
  }
}

/** Opens a workbench for one test; leaves a screenshot when it fails, and nothing else behind. */
export async function inWorkbench(
  name: string,
  options: WorkbenchOptions,
  test: (workbench: Workbench) => Promise<void>,
): Promise<void> {
  const workbench = await openWorkbench(options);
  try {
    await test(workbench);
  } catch (error) {
    await workbench.screenshot(`failed-${name}`);
    throw error;
  } finally {
    await workbench.dispose();
  }
}

function copyFixture(options: WorkbenchOptions, workspace: TemporaryWorkspace): void {
  if (options.workspaceFixture === undefined) return;
  const source = resolve(root, options.workspaceFixture);
  cpSync(source, workspace.root, { recursive: true, filter: (path) => isSource(path) });
  // The test's own files win over the fixture's.
  for (const [path, content] of Object.entries(options.files ?? {})) workspace.write(path, content);
}

/** What a person's own runs have left in an example is no part of it. */
function isSource(path: string): boolean {
  return !/[\\/](\.counterweight|node_modules|__pycache__)([\\/]|$)/.test(path);
}

function settingsOf(options: WorkbenchOptions): Readonly<Record<string, unknown>> {
  return { ...testSettings, ...options.settings };
}

async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(chromiumMissing);
  return chromium.launch({ executablePath, args: [...browserArguments] });
}

function addressOf(origin: string, folder: string, options: WorkbenchOptions): string {
  const authority = new URL(origin).host;
  const payload = (options.open ?? []).map((path) => [
    'openFile',
    `vscode-remote://${authority}${join(folder, path)}`,
  ]);
  const address = new URL(origin);
  if (options.folder === 'none') address.searchParams.set('ew', 'true');
  else address.searchParams.set('folder', folder);
  if (payload.length > 0) address.searchParams.set('payload', JSON.stringify(payload));
  return address.href;
}

async function waitForWorkbench(page: Page, options: WorkbenchOptions): Promise<void> {
  await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: openTimeout });
  if (options.open !== undefined && options.open.length > 0) {
    await page.locator('.editor-instance .view-line').first().waitFor({ timeout: openTimeout });
  }
}

/**
 * Keeps what concerns the extension: its own code on the stack, or its web views. VS Code itself logs
 * errors here that mean nothing (no gallery, no service worker, no GitHub account).
 */
function collectErrors(page: Page): readonly string[] {
  const ours = /counterweight\.counterweight|dist\/media|Content Security Policy|Refused to/i;
  const errors: string[] = [];
  page.on('console', (message) => {
    const text = `${message.text()} (${message.location().url})`;
    if (message.type() === 'error' && ours.test(text)) errors.push(text);
  });
  page.on('pageerror', (error) => errors.push(String(error.stack)));
  return errors;
}

async function takeScreenshot(page: Page, name: string): Promise<string> {
  const path = join(screenshots, `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, await page.screenshot());
  return path;
}
