import { ablate } from './ablate.ts';
import { addProbe } from './addProbe.ts';
import { bindRuns } from './bindRuns.ts';
import { bindTerm } from './bindTerm.ts';
import { cancelRun } from './cancelRun.ts';
import { clearAblation } from './clearAblation.ts';
import type { Command } from './command.ts';
import { exportReport } from './exportReport.ts';
import { findWeights } from './findWeights.ts';
import { moveAblationDown, moveAblationUp } from './moveAblation.ts';
import { newTask } from './newTask.ts';
import { openReport } from './openReport.ts';
import { openTrends } from './openTrends.ts';
import { continueQueue, pauseQueue } from './pauseQueue.ts';
import { restartServer } from './restartServer.ts';
import { resumeAblation } from './resumeAblation.ts';
import { resumeRun } from './resumeRun.ts';
import { revealRun } from './revealRun.ts';
import { runExperiment } from './runExperiment.ts';
import { runTraining } from './runTraining.ts';
import { showLog } from './showLog.ts';
import { showMenu } from './showMenu.ts';

/** Every command, sorted by name. */
export const commands: readonly Command[] = [
  ablate,
  addProbe,
  bindRuns,
  bindTerm,
  cancelRun,
  clearAblation,
  continueQueue,
  exportReport,
  findWeights,
  moveAblationDown,
  moveAblationUp,
  newTask,
  openReport,
  openTrends,
  pauseQueue,
  restartServer,
  resumeAblation,
  resumeRun,
  revealRun,
  runExperiment,
  runTraining,
  showLog,
  showMenu,
];
