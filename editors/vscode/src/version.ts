// Which servers this extension can talk to: those of its own major and minor version.

/** The version in what `session-memory --version` prints, such as `session-memory 0.1.3`. */
export function printedVersion(output: string): string | undefined {
  return /^session-memory (\d+\.\d+\.\d+\S*)\s*$/m.exec(output)?.[1];
}

/** Whether a server of one version fits an extension of another. */
export function isCompatible(server: string, extension: string): boolean {
  const line = (version: string): string => version.split(".").slice(0, 2).join(".");
  return line(server) === line(extension);
}
