import type { Frame, Page } from 'playwright-core';
import { PNG } from 'pngjs';

import { waitFor } from '../../../scripts/processes.mts';

const timeout = 30_000;
/** Channels further apart than this make a colour that no grey axis, grid or anti-aliasing has. */
const colourfulSpread = 40;

/** What a canvas shows, in device pixels. */
export interface CanvasInk {
  /** Pixels that differ from the most frequent colour, the background. */
  readonly ink: number;
  /** Those of them with a hue: the curves, not the axes. */
  readonly coloured: number;
}

/**
 * Waits for the frame of a web view by what it shows: web views have no names, and each one is nested
 * in a frame of VS Code's own.
 */
export function webviewFrame(
  page: Page,
  what: string,
  predicate: (frame: Frame) => Promise<boolean>,
  milliseconds = timeout,
): Promise<Frame> {
  return waitFor(
    `web view with ${what}`,
    async () => {
      for (const frame of page.frames()) {
        // A frame may go away while it is asked; then it is not the one.
        if (await predicate(frame).catch(() => false)) return frame;
      }
      return undefined;
    },
    milliseconds,
  );
}

/** A predicate for `webviewFrame`: this frame has a visible element. */
export function hasVisible(selector: string): (frame: Frame) => Promise<boolean> {
  return async (frame) => isInWebview(frame) && frame.locator(selector).first().isVisible();
}

/** A predicate for `webviewFrame`: the text of this frame matches. */
export function hasText(pattern: RegExp): (frame: Frame) => Promise<boolean> {
  return async (frame) => isInWebview(frame) && pattern.test(await frameText(frame));
}

/** The same in a web view as wide as a tab. */
export function isWide(predicate: (frame: Frame) => Promise<boolean>) {
  return async (frame: Frame) =>
    (await predicate(frame)) && (await frameWidth(frame)) >= sideBarMost;
}

/** The same in a web view as narrow as the side bar. */
export function isNarrow(predicate: (frame: Frame) => Promise<boolean>) {
  return async (frame: Frame) =>
    (await predicate(frame)) && (await frameWidth(frame)) < sideBarMost;
}

/** The side bar is narrower than this at its initial width, in pixels. */
const sideBarMost = 400;

async function frameWidth(frame: Frame): Promise<number> {
  return (await frame.locator('body').boundingBox())?.width ?? 0;
}

/** Mean brightness of a colour of a web view's page, from 0 to 255. */
export async function colourOf(frame: Frame, property: string): Promise<number> {
  const script = `getComputedStyle(document.body).getPropertyValue(${JSON.stringify(property)})`;
  const colour = String(await frame.evaluate(script));
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+(\.\d+)?/g) ?? []).map(Number);
  return (red + green + blue) / 3;
}

/** All visible text of a web view. */
export async function frameText(frame: Frame): Promise<string> {
  return (await frame.locator('body').allInnerTexts()).join('\n');
}

/** Looks at the first visible canvas as it is on the screen. */
export async function canvasInk(frame: Frame, selector = 'canvas'): Promise<CanvasInk> {
  const canvas = frame.locator(selector).filter({ visible: true }).first();
  return inkOf(PNG.sync.read(await canvas.screenshot({ timeout })));
}

/** Waits until a canvas shows at least so many coloured pixels. */
export function waitForCurves(
  frame: Frame,
  leastColoured: number,
  selector = 'canvas',
): Promise<CanvasInk> {
  return waitFor(
    `${leastColoured} coloured pixels on ${selector}`,
    async () => {
      // Where the last values come in, a chart may be drawn anew in mid-look.
      const ink = await canvasInk(frame, selector).catch((error: Error) => {
        if (/not attached/.test(error.message)) return undefined;
        throw error;
      });
      return ink && ink.coloured >= leastColoured ? ink : undefined;
    },
    timeout,
  );
}

function isInWebview(frame: Frame): boolean {
  return frame.parentFrame() !== null;
}

function inkOf(image: PNG): CanvasInk {
  const counts = new Map<number, number>();
  let coloured = 0;
  for (let at = 0; at < image.data.length; at += 4) {
    const [red, green, blue] = image.data.subarray(at, at + 3);
    const colour = ((red ?? 0) << 16) | ((green ?? 0) << 8) | (blue ?? 0);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const total = image.width * image.height;
  const background = Math.max(...counts.values());
  for (const [colour, count] of counts) {
    const channels = [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
    const spread = Math.max(...channels) - Math.min(...channels);
    if (spread > colourfulSpread && count !== background) coloured += count;
  }
  return { ink: total - background, coloured };
}
