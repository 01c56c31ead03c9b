// Started by the editor inside its extension host: runs the suite beside it with mocha, and fails with the names of what failed.

const path = require("node:path");
const Mocha = require(process.env.SM_MOCHA);

exports.run = () =>
  new Promise((resolve, reject) => {
    const mocha = new Mocha({ ui: "bdd", timeout: 60_000 });
    mocha.addFile(path.join(__dirname, "api.cjs"));
    const failed = [];
    const runner = mocha.run(() => {
      if (failed.length > 0 || runner.stats.passes === 0) {
        reject(new Error(`${runner.stats.passes} passed, failed:\n${failed.join("\n")}`));
      } else {
        resolve();
      }
    });
    runner.on("fail", (test, error) => failed.push(`${test.fullTitle()}: ${error.stack}`));
  });
