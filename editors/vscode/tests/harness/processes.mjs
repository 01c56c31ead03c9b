// The processes of a scenario, found by what is in their environment, so that one which was left behind is seen.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** The mark that all processes of a profile have. */
export const markOf = (profile) => `SM_TEST=${profile.root}`;

/** Ids of the scenario's processes; of its memory servers only, where a program is named. */
export function processesOf(profile, program) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        const marked = readFileSync(`/proc/${id}/environ`, "utf8").split("\0").includes(markOf(profile));
        return marked && (program === undefined || readlinkSync(`/proc/${id}/exe`) === program);
      } catch {
        // It has ended.
        return false;
      }
    })
    .map(Number);
}
