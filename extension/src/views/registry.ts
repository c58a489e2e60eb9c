import { ablationsView } from './ablationsView.ts';
import { runsView } from './runsView.ts';
import { trendsSideView } from './trendsSideView.ts';
import type { View } from './view.ts';

/** Every view of the side bar, sorted by name. */
export const views: readonly View[] = [ablationsView, runsView, trendsSideView];
