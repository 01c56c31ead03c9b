// The language client in parts, with a pause after each: the extension host is shared by all extensions, and reading it in one go
// would hold them up.

const parts = [
  () => import("vscode-jsonrpc/node"),
  () => import("vscode-languageserver-types"),
  () => import("vscode-languageserver-protocol/node"),
  () => import("vscode-languageclient"),
];

export async function loadInParts(): Promise<typeof import("./client")> {
  for (const part of parts) {
    await new Promise(setImmediate);
    await part();
  }
  await new Promise(setImmediate);
  return import("./client");
}
