import { toJsonNumber } from '../../model/number.ts';
import { type FoundWeightsMessage, findWeightsSchema } from '../../protocol/findWeights.ts';
import { requests } from '../../protocol/messages.ts';
import type { ScanResult } from '../../workspace/weightScan.ts';
import type { Feature } from '../feature.ts';
import { guard } from '../guard.ts';

const nothing: FoundWeightsMessage = { configs: [], files: 0, isCut: false };

/** The files of a workspace that set loss weights. */
export const findWeightsFeature: Feature = {
  name: 'findWeights',
  register({ connection, workspace: { scan }, logger }) {
    connection.onRequest<FoundWeightsMessage, void>(
      requests.findWeights,
      guard<unknown, FoundWeightsMessage>(
        logger,
        'find weights',
        nothing,
        async (params, token) => {
          const { folders, excludes } = findWeightsSchema.parse(params);
          const results: ScanResult[] = [];
          for (const folder of folders) results.push(await scan.scan(folder, excludes, token));
          return toMessage(results);
        },
      ),
    );
  },
};

function toMessage(results: readonly ScanResult[]): FoundWeightsMessage {
  const configs = results.flatMap((result) => result.configs);
  const problem = results.find((result) => result.problem !== undefined)?.problem;
  return {
    configs: configs.map(({ path, weights, others }) => ({
      path,
      others,
      weights: weights.map(({ name, weight, line }) => ({
        name,
        line,
        ...(weight === undefined ? {} : { weight: toJsonNumber(weight) }),
      })),
    })),
    files: results.reduce((sum, { files }) => sum + files, 0),
    isCut: results.some(({ isCut }) => isCut),
    ...(problem === undefined ? {} : { problem }),
  };
}
