import { existsSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** What Chromium brings: a Vulkan loader, and SwiftShader, a GPU made of the processor alone. */
const files = { loader: 'libvulkan.so.1', driver: 'vk_swiftshader_icd.json' } as const;

/**
 * The environment of a process that is to find SwiftShader as its graphics adapter and no other, on
 * a machine with or without a graphics card. The dynamic linker reads it when a process starts, so
 * it is for child processes. Empty off Linux, where the system's own adapter is tested.
 * @throws Error that names the package to install
 */
export function softwareVulkan(): Readonly<Record<string, string>> {
  if (process.platform !== 'linux') return {};
  const folder = candidateFolders().find((candidate) =>
    Object.values(files).every((file) => existsSync(join(candidate, file))),
  );
  if (folder === undefined) {
    throw new Error(
      `The tests of WebGPU need ${files.loader} and ${files.driver} (SwiftShader) of Chromium, ` +
        `and none of these folders has both: ${candidateFolders().join(', ')}. Install it (Debian ` +
        'and Ubuntu: sudo apt-get install chromium), or name one: CHROMIUM=/path/to/chrome npm test',
    );
  }
  const driver = join(folder, files.driver);
  return {
    VK_DRIVER_FILES: driver,
    // The name of the variable for loaders before 1.3.207.
    VK_ICD_FILENAMES: driver,
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH ?? ''].filter(Boolean).join(delimiter),
  };
}

function candidateFolders(): readonly string[] {
  const named = process.env.CHROMIUM;
  return [
    ...(named !== undefined && existsSync(named) ? [dirname(realpathSync(named))] : []),
    '/usr/lib/chromium',
    '/usr/lib/chromium-browser',
    '/opt/google/chrome',
  ];
}
