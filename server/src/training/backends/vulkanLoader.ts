import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { env, platform } from 'node:process';

const loader = 'libvulkan.so.1';

/**
 * What is missing where WebGPU found no adapter, and what to install. On Linux, Dawn works through
 * Vulkan and tells its reasons to stderr alone, so they are looked for once more.
 */
export function whyNoAdapter(): string {
  if (platform === 'darwin') return 'It needs a graphics card with Metal.';
  if (platform === 'win32') return 'It needs a graphics card with a driver for Direct3D 12.';
  if (!canLoad(loader)) {
    return `The Vulkan loader ${loader} is not installed (Debian and Ubuntu: sudo apt-get install libvulkan1).`;
  }
  const drivers = vulkanDrivers();
  if (drivers.length > 0) {
    return `No device answered to the Vulkan drivers of this machine: ${drivers.join(', ')}.`;
  }
  return (
    'The Vulkan loader found no driver (AMD and Intel on Debian and Ubuntu: sudo apt-get install mesa-vulkan-drivers; ' +
    'NVIDIA: the user-space part of its driver, in a container with NVIDIA_DRIVER_CAPABILITIES=all).'
  );
}

/**
 * Whether the dynamic linker finds a library, by the very search that Dawn relies on. Node opens it,
 * sees that it is no add-on of Node, closes it and says so.
 */
function canLoad(library: string): boolean {
  try {
    process.dlopen({ exports: {} }, library);
    return true;
  } catch (error) {
    return error instanceof Error && /self-register/.test(error.message);
  }
}

/** The manifests of drivers where the loader looks for them (Vulkan-Loader, LoaderDriverInterface.md). */
function vulkanDrivers(): readonly string[] {
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  if (named) return named.split(delimiter);
  const roots = [
    ...(env.XDG_CONFIG_HOME ?? join(homedir(), '.config')).split(delimiter),
    ...(env.XDG_CONFIG_DIRS ?? '/etc/xdg').split(delimiter),
    '/usr/local/etc',
    '/etc',
    ...(env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share')).split(delimiter),
    ...(env.XDG_DATA_DIRS ?? '/usr/local/share:/usr/share').split(delimiter),
  ];
  return roots.flatMap((root) => manifestsIn(join(root, 'vulkan', 'icd.d')));
}

function manifestsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
