import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';

import { ReportPage } from '../../../extension/src/panels/reportPage.ts';
import { report } from '../../support/reports/exampleReport.ts';

/** A tab and a server that keep what they are asked for. */
function setUp(answerMs = 100) {
  const posted: unknown[] = [];
  const wishes: unknown[] = [];
  const asked = { count: 0 };
  const listeners: { message?: (value: unknown) => void; hidden?: () => void } = {};
  const panel = {
    title: '',
    visible: true,
    webview: {
      onDidReceiveMessage: (listener: (value: unknown) => void) => {
        listeners.message = listener;
      },
      postMessage: async (message: unknown) => {
        posted.push(message);
        return true;
      },
    },
    onDidChangeViewState: (listener: () => void) => {
      listeners.hidden = listener;
    },
    onDidDispose: () => ({ dispose: () => {} }),
  };
  const server = {
    request: async (_method: string, _payload: unknown, schema: { parse?: unknown }) => {
      asked.count += 1;
      await new Promise((resolve) => setTimeout(resolve, answerMs));
      expect(schema).toBeDefined();
      return { ok: true, value: { report } };
    },
  };
  const page = new ReportPage(
    panel as unknown as vscode.WebviewPanel,
    server as unknown as ConstructorParameters<typeof ReportPage>[1],
    'x',
    (wish) => wishes.push(wish),
  );
  return {
    page,
    panel,
    posted,
    wishes,
    asked,
    tell: (value: unknown) => listeners.message?.(value),
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the page of a report', () => {
  it('asks when it is ready, and has the title of the report', async () => {
    const { page, panel, posted, tell } = setUp();
    tell({ type: 'ready' });
    await vi.advanceTimersByTimeAsync(100);
    expect(posted).toMatchObject([{ type: 'report', report: { id: 'x' } }]);
    expect(panel.title).toBe(report.title);
    expect(page.report?.id).toBe('x');
  });

  it('asks once more, and not at once, for however many changes meanwhile', async () => {
    const { page, asked } = setUp();
    for (let change = 0; change < 20; change += 1) page.refresh();
    await vi.advanceTimersByTimeAsync(300);
    expect(asked.count).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked.count).toBe(2);
  });

  it('fills a page that comes back at once', async () => {
    const { page, asked, tell } = setUp();
    page.refresh();
    await vi.advanceTimersByTimeAsync(100);
    tell({ type: 'ready' });
    expect(asked.count).toBe(2);
  });

  it('has its plots drawn once it has a report', async () => {
    const { page, posted, tell } = setUp();
    const picture = page.picture('svg');
    expect(posted).toEqual([]);
    page.refresh();
    await vi.advanceTimersByTimeAsync(100);
    expect(posted.at(-1)).toEqual({ type: 'draw', format: 'svg' });
    tell({ type: 'drawn', format: 'svg', data: '<svg/>' });
    expect(await picture).toBe('<svg/>');
  });

  it('hands each who waits the form that was asked for', async () => {
    const { page, tell } = setUp();
    const forgotten = page.picture('png');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await forgotten).toBeUndefined();
    const svg = page.picture('svg');
    const again = page.picture('svg');
    page.refresh();
    await vi.advanceTimersByTimeAsync(100);
    tell({ type: 'drawn', format: 'png', data: 'iVBO' });
    tell({ type: 'drawn', format: 'svg', data: '<svg/>' });
    expect(await Promise.all([svg, again])).toEqual(['<svg/>', '<svg/>']);
  });

  it('gives up on plots that never come', async () => {
    const { page } = setUp();
    const picture = page.picture('png');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await picture).toBeUndefined();
  });

  it('passes on what the user wants, and no nonsense', () => {
    const { wishes, tell } = setUp();
    tell({ type: 'apply', variant: 'v' });
    tell({ type: 'format the disk' });
    expect(wishes).toEqual([{ type: 'apply', variant: 'v' }]);
  });
});
