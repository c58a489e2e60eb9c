/*
 * Imported first by every page. zod speeds itself up with `new Function`, which the page's policy
 * forbids; it would notice and do without, but each try is reported as a violation. This is the
 * setting `jitless` of `z.config`, which zod reads from here before its first schema is built.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
