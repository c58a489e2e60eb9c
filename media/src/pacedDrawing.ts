/**
 * Drawing takes at most a fifth of the time: all web views of a window may share one thread with
 * the editor, and a live run would otherwise keep it busy.
 */
const restPerDrawing = 4;
/** More often than this nobody sees a difference, in milliseconds. */
const leastRest = 250;

/** Gives a function that has `draw` called soon, once for all calls until then, with rests between. */
export function paceDrawing(draw: () => void): () => void {
  let isDue = false;
  /** When the next drawing may begin, in milliseconds of the page's clock. */
  let drawFrom = 0;

  function drawNow(): void {
    const started = performance.now();
    isDue = false;
    draw();
    const ended = performance.now();
    drawFrom = ended + Math.max(leastRest, restPerDrawing * (ended - started));
  }

  return () => {
    if (isDue) return;
    isDue = true;
    const wait = Math.max(0, drawFrom - performance.now());
    setTimeout(() => requestAnimationFrame(drawNow), wait);
  };
}
