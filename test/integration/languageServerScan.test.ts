import { describe, expect, it } from 'vitest';

import { foundWeightsSchema } from '../../server/src/protocol/findWeights.ts';
import { requests } from '../../server/src/protocol/messages.ts';
import { TemporaryWorkspace } from '../support/temporaryWorkspace.ts';
import { LanguageServer } from './support/languageServer.ts';

describe('the search for loss weights in a workspace', () => {
  it('finds the files that set some, in the thread that comes with the server', async () => {
    using workspace = new TemporaryWorkspace({
      '.gitignore': 'old/\n',
      'conf/a.yaml': 'lr: 0.1\nkl_weight: 0.5\n',
      'conf/b.yaml': 'kl_weight: .nan\ntv_weight: high\n',
      'hidden/a.yaml': 'kl_weight: 1.0\n',
      'old/a.yaml': 'kl_weight: 1.0\n',
      'train.py': 'import torch\nKL_WEIGHT = 0.5\n',
    });
    await using server = await LanguageServer.start({ folder: workspace.root });
    const asked = { folders: [workspace.root], excludes: ['**/hidden'] };
    const ask = () => server.request(requests.findWeights, asked, foundWeightsSchema);
    const found = {
      configs: [
        {
          path: workspace.path('train.py'),
          weights: [{ name: 'kl', weight: 0.5, line: 1 }],
          others: 0,
        },
        {
          path: workspace.path('conf/a.yaml'),
          weights: [{ name: 'kl', weight: 0.5, line: 1 }],
          others: 0,
        },
        {
          path: workspace.path('conf/b.yaml'),
          weights: [
            { name: 'kl', weight: Number.NaN, line: 0 },
            { name: 'tv', line: 1 },
          ],
          others: 0,
        },
      ],
      files: 3,
      isCut: false,
    };
    expect(await ask()).toEqual(found);
    workspace.write('conf/c.yaml', 'l1_weight: 1.0\n');
    expect(await ask()).toMatchObject({ files: 4 });
  });
});
