// Draws media/icon.png (128 px) from media/icon.svg, with rsvg-convert (Debian: librsvg2-bin). The picture is committed.

import { execFileSync } from "node:child_process";

execFileSync("rsvg-convert", ["--width", "128", "--height", "128", "--output", "media/icon.png", "media/icon.svg"], {
  stdio: "inherit",
});
