/*
 * Imported first by the entry. zod speeds itself up with `new Function` after asking `navigator` on
 * what it runs; VS Code reports each such question by an extension as an error. This is the setting
 * `jitless` of `z.config`, which zod reads from here before its first schema is built.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
