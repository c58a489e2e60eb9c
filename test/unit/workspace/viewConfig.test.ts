import { describe, expect, it } from 'vitest';

import { runIdSchema } from '../../../server/src/model/run.ts';
import { MetricStore } from '../../../server/src/store/metricStore.ts';
import { ConfigEvidence } from '../../../server/src/workspace/configEvidence.ts';
import { readConfigFile } from '../../../server/src/workspace/configFile.ts';
import { hoverMarkdown } from '../../../server/src/workspace/hoverText.ts';
import { RunCatalog } from '../../../server/src/workspace/runCatalog.ts';
import { viewConfig } from '../../../server/src/workspace/viewConfig.ts';
import { hintText } from '../../../server/src/workspace/wording.ts';

const configPath = '/w/train.yaml';

/** A store with one log in which `render` supplies about one percent of the gradient. */
function setUp() {
  const store = new MetricStore();
  const catalog = new RunCatalog();
  const addLog = (run: string, modifiedAt: number): void => {
    const path = `${run}/metrics.jsonl`;
    if (!catalog.find(run)) fillLog(store, run, path);
    const name = run.slice(run.lastIndexOf('/') + 1);
    const files = [{ path, format: 'jsonl' }];
    catalog.putDiscovered({ id: run, path: run, name, files, modifiedAt });
  };
  addLog('/w/logs', 1);
  const evidence = new ConfigEvidence(store);
  const look = (text: string) => {
    const file = readConfigFile('file:///w/train.yaml', configPath, text, undefined);
    const roots = [
      { path: '/w/logs', because: 'log_dir', confidence: 0.9 },
      {
        path: '/w/runs',
        because: 'runs/ stands beside it',
        confidence: 0.6,
        isUsual: true as const,
      },
    ];
    return viewConfig({
      file,
      found: undefined,
      roots,
      moduleProblems: [],
      logProblems: [],
      evidence,
      catalog,
      snapshots: { copied: () => undefined, weightsOf: () => undefined },
      code: undefined,
    });
  };
  return { look, catalog, addLog };
}

function fillLog(store: MetricStore, run: string, path: string): void {
  const stage = store.stage(run, path, 'jsonl');
  for (let step = 0; step < 60; step += 1) {
    stage.unit(step * 10, step * 10 + 10);
    const values = {
      'grad/velocity': 1,
      'grad/render': 0.01,
      velocity_loss: 9 - step / 10,
      render_loss: 5 - step / 20,
    };
    for (const [name, value] of Object.entries(values)) {
      stage.point(name, step, Number.NaN, value * (1 + 0.01 * (step % 3)));
    }
  }
  stage.commit();
}

const options = { images: false, provenance: [] };
const text = 'velocity_loss_weight: 1.0\nrender_loss_weight: 1.0\n';

describe('what the editor shows of a config', () => {
  it('speaks of the newest run that knows its terms, and warns', () => {
    const { look } = setUp();
    const view = look(text);
    expect(view.owner?.id).toBe('/w/logs');
    const insight = view.insights.get('render');
    expect(insight && hintText(insight)).toMatch(/^grad 1\.?\d* %$/);
    expect(view.findings.map(({ finding }) => finding.name)).toEqual(['dominance']);
  });

  it('says what weight the figures are of once the line differs, and withdraws the warning', () => {
    const { look } = setUp();
    look(text);
    const view = look(text.replace('render_loss_weight: 1.0', 'render_loss_weight: 8.0'));
    const insight = view.insights.get('render');
    expect(insight && hintText(insight)).toMatch(/at w = 1\.0$/);
    expect(view.findings).toEqual([]);
    expect(look(text).findings).toHaveLength(1);
  });

  it('names the parameters that the gradients are of, and says what the backend is', () => {
    const { look, catalog } = setUp();
    catalog.putRecord('/w', '/w/logs', {
      ...{ schema: 1, id: runIdSchema.parse('logs'), engine: 'task', config: 'train.yaml' },
      ...{ state: 'finished', seed: 0, startedAt: 1 },
      ...{ backend: 'compiled-cpu', sharedGroup: 'velocity-head' },
    });
    const hover = hoverMarkdown(look(text), 'render', options);
    expect(hover).toContain('| share of the gradient on velocity\\-head |');
    expect(hover).toMatch(
      /60 probes of ` velocity-head `, on compiled\\-cpu \\\(the whole step as/,
    );
  });

  it('keeps quiet where the line says so', () => {
    const { look } = setUp();
    const ignored = text.replace('1.0\n', '1.0  # counterweight: ignore dominance\n');
    expect(look(ignored).findings).toEqual([]);
    const above = ignored.replace('  # counterweight', '\n# counterweight');
    expect(look(above).findings).toHaveLength(1);
    expect(look(`# counterweight: ignore dominance\n${text}`).findings).toEqual([]);
    const below = ignored.replace('velocity_loss_weight: ', 'velocity_loss_weight:\n  ');
    expect(look(below).findings).toEqual([]);
    const other = text.replace('1.0\n', '1.0  # counterweight: ignore conflict\n');
    expect(look(other).findings).toHaveLength(1);
  });

  it('speaks of the surest of several runs of one moment, and else of the newest', () => {
    const { look, catalog, addLog } = setUp();
    addLog('/w/runs/z', 1);
    expect(look(text).owner?.id).toBe('/w/logs');
    expect(look(text).runs.map(({ id }) => id)).toEqual(['/w/logs', '/w/runs/z']);
    addLog('/w/runs/z', 2);
    expect(look(text).owner?.id).toBe('/w/runs/z');
    expect(catalog.all()).toHaveLength(2);
  });

  it('is not blinded by newer runs that have logged nothing', () => {
    const { look, catalog } = setUp();
    for (let run = 0; run < 12; run += 1) {
      catalog.putRecord('/w', `/w/.counterweight/runs/r${run}`, {
        schema: 1,
        id: runIdSchema.parse(`r${run}`),
        engine: 'command',
        config: 'train.yaml',
        state: 'failed',
        seed: 0,
        startedAt: 10 + run,
      });
    }
    expect(look(text).owner?.id).toBe('/w/logs');
  });

  it('has nothing to show before there is a run, and says where it looks and what it cannot read', () => {
    const { look, catalog } = setUp();
    catalog.remove('/w/logs');
    const view = look(text);
    expect(view.owner).toBeUndefined();
    expect(view.insights.size).toBe(0);
    const logProblems = [{ path: '/w/logs/mlflow.db', message: 'It is damaged.' }];
    const hover = hoverMarkdown({ ...view, logProblems }, 'render', options);
    expect(hover).toContain('Logs are looked for in ` logs `, folders and files with usual names');
    expect(hover).toContain('⚠ logs/mlflow\\.db: It is damaged\\.');
  });
});
