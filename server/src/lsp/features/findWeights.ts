import { type FoundWeights, findWeightsSchema } from '../../protocol/findWeights.ts';
import { requests } from '../../protocol/messages.ts';
import type { ScanResult } from '../../workspace/weightScan.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';

const nothing: FoundWeights = { configs: [], files: 0, isCut: false };

/** The files of a workspace that set loss weights. */
export const findWeightsFeature: Feature = {
  name: 'findWeights',
  register({ connection, workspace: { scan }, logger }) {
    connection.onRequest<FoundWeights, void>(
      requests.findWeights,
      guard<unknown, FoundWeights>(logger, 'find weights', nothing, async (params, token) => {
        const { folders, excludes } = findWeightsSchema.parse(params);
        const results: ScanResult[] = [];
        for (const folder of folders) results.push(await scan.scan(folder, excludes, token));
        return toMessage(results);
      }),
    );
  },
};

function toMessage(results: readonly ScanResult[]): FoundWeights {
  const configs = results.flatMap((result) => result.configs);
  return {
    configs: configs.map(({ path, weights }) => ({
      path,
      weights: weights.map(({ name, weight, line }) => ({
        name,
        line,
        ...(weight === undefined ? {} : { weight }),
      })),
    })),
    files: results.reduce((sum, { files }) => sum + files, 0),
    isCut: results.some(({ isCut }) => isCut),
  };
}
