import { expect, test } from 'vitest';

import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';

test('a run whose log is given another name is called by that', () => {
  const catalog = new RunCatalog();
  const put = (name: string) =>
    catalog.putDiscovered({
      id: '/mlflow.db/aa',
      path: '/mlflow.db/aa',
      name,
      files: [],
      modifiedAt: 1,
    });
  put('mlflow.db/bold-cat');
  expect(put('mlflow.db/baseline').name).toBe('mlflow.db/baseline');
});
