import type { TrendsView } from '#protocol/panels/trends';

/** What one surface (an editor tab or the side bar) looks at. */
export interface TrendsSurface {
  readonly configUri: string;
  /** Width of its charts in pixels. */
  readonly pixels: number;
}

/**
 * Which configs are looked at, and by whom. Several surfaces may show the same config: the server
 * hears of it when the first opens and when the last closes, and again whenever one more comes,
 * since it answers each time with a fresh snapshot. Knows nothing of `vscode`.
 */
export class TrendsViews {
  readonly #surfaces = new Map<string, TrendsSurface>();
  /** Runs picked by the user, by config. */
  readonly #picked = new Map<string, string>();

  /** A surface shows a config from now on; returns what the server is to be told. */
  show(key: string, surface: TrendsSurface): readonly TrendsView[] {
    const closed = this.#surfaces.get(key)?.configUri === surface.configUri ? [] : this.hide(key);
    this.#surfaces.set(key, surface);
    return [...closed, this.#open(surface.configUri)];
  }

  /** A surface has closed or is out of sight. */
  hide(key: string): readonly TrendsView[] {
    const surface = this.#surfaces.get(key);
    if (!surface) return [];
    this.#surfaces.delete(key);
    if (this.keysOf(surface.configUri).length > 0) return [];
    return [{ configUri: surface.configUri, open: false, pixels: surface.pixels }];
  }

  /**
   * The user has picked a run of the config that the surface shows; an empty id lets go of it, so
   * that the newest is drawn. What is picked stays so while the surface is out of sight.
   */
  pick(key: string, runId: string): readonly TrendsView[] {
    const surface = this.#surfaces.get(key);
    if (!surface) return [];
    if (runId === '') this.#picked.delete(surface.configUri);
    else this.#picked.set(surface.configUri, runId);
    return [this.#open(surface.configUri)];
  }

  /** Everything that is open, for a server that has just started. */
  all(): readonly TrendsView[] {
    const configs = new Set([...this.#surfaces.values()].map(({ configUri }) => configUri));
    return [...configs].map((configUri) => this.#open(configUri));
  }

  /** The surfaces that show a config. */
  keysOf(configUri: string): readonly string[] {
    return [...this.#surfaces]
      .filter(([, surface]) => surface.configUri === configUri)
      .map(([key]) => key);
  }

  #open(configUri: string): TrendsView {
    const widths = this.keysOf(configUri).map((key) => this.#surfaces.get(key)?.pixels ?? 0);
    const runId = this.#picked.get(configUri);
    return {
      configUri,
      open: true,
      pixels: toPixels(Math.max(...widths)),
      ...(runId === undefined ? {} : { runId }),
    };
  }
}

/** A width that the server takes. */
export function toPixels(width: number): number {
  return Math.min(10_000, Math.max(50, Math.round(width)));
}
